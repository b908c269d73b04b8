// Publishes a release.
const token = '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';
const commit = '4015b57a143aec5156fd1444a017a32137a3fd0f';

module.exports = { token, commit };
