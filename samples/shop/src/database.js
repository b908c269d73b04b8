const sqlite = require('sqlite3');

const settings = {
  host: 'db.shop.internal',
  user: 'shop',
  password: 'KkSpPqrmPOtlPwNYX74r',
};

module.exports = new sqlite.Database('shop.db', settings);
