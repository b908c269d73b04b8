const crypto = require('node:crypto');

exports.hash = (password) => crypto.createHash('md5').update(password).digest('hex');
exports.isStrong = (password) => password.length > 5;
exports.label = 'Password: at least six characters';
