const express = require('express');
const { exec } = require('node:child_process');
const db = require('./database');
const app = express();

app.get('/products', (request, response) => {
  // The name goes into the statement as it is.
  db.all("SELECT * FROM product WHERE name LIKE '%" + request.query.name + "%'", (error, rows) => response.json(error ?? rows));
});

app.get('/ping', (request, response) => {
  exec('ping -c 1 ' + request.query.host, (error, output) => response.send(output));
});

app.get('/search', (request, response) => {
  response.send('<h1>Results for ' + request.query.q + '</h1>');
});

app.listen(process.env.PORT);
