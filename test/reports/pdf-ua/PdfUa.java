import java.io.FileInputStream;
import java.util.Map;
import java.util.TreeMap;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Holds each file against PDF/UA-1 (ISO 14289-1) and prints a line: its name, how many checks there were, and what failed. */
public class PdfUa {
  private static final int MOST_FAULTS = 1000;

  public static void main(String[] files) throws Exception {
    VeraGreenfieldFoundryProvider.initialise();
    PDFAFlavour flavour = PDFAFlavour.PDFUA_1;
    for (String file : files) {
      try (FileInputStream bytes = new FileInputStream(file);
          PDFAParser parser = Foundries.defaultInstance().createParser(bytes, flavour)) {
        PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, MOST_FAULTS, false, false, false);
        ValidationResult result = validator.validate(parser);
        Map<String, String> faults = new TreeMap<>();
        for (TestAssertion fault : result.getTestAssertions())
          faults.putIfAbsent(
              fault.getRuleId().getClause() + "-" + fault.getRuleId().getTestNumber(),
              fault.getMessage() + " at " + fault.getLocation().getContext());
        System.out.println(file + "\t" + result.getTotalAssertions() + "\t" + faults);
      }
    }
  }
}
