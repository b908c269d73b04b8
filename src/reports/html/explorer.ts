/** Where the page's script puts the list of findings. Without scripts it says so, and everything else is there. */
export const EXPLORER = `<section id="explorer" aria-labelledby="explorer-title"><h2 id="explorer-title">Findings</h2>
<noscript><p class="warning">The list of findings needs scripts, which are switched off here. The summary above is complete.</p></noscript>
<div class="bar" id="bar" hidden><div class="search"><label for="q" class="hidden">Search in title, place, message and rule</label><input id="q" type="search" placeholder="Search  ( / )" autocomplete="off" spellcheck="false" maxlength="200"></div>
<div class="facets" id="facets" role="group" aria-label="Filters"></div><div class="chips" id="chips" role="group" aria-label="Chosen filters"></div>
<p class="count" id="count" role="status" aria-live="polite"></p><button type="button" class="link" id="help-button">Keys</button></div>
<div class="split" id="split" hidden><div class="list" id="list" role="listbox" tabindex="0" aria-label="Findings"><div id="space"><div id="rows"></div></div></div>
<section class="detail" id="detail" aria-label="Finding" tabindex="-1" hidden></section></div>
<div id="printed"></div></section>`;

export const HELP = `<dialog id="help" aria-labelledby="help-title"><h2 id="help-title">Keys</h2><dl class="facts"><div><dt>j, k</dt><dd>next, previous finding</dd></div><div><dt>Enter</dt><dd>open the finding</dd></div><div><dt>Esc</dt><dd>close it; then clear the filters</dd></div><div><dt>/</dt><dd>search</dd></div><div><dt>Home, End</dt><dd>first, last finding</dd></div><div><dt>?</dt><dd>this help</dd></div></dl><button type="button" class="button" id="help-close">Close</button></dialog>`;
