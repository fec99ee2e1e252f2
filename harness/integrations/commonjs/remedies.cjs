"use strict";
module.exports = require("./load-entry.cjs")("clients/remedies/index");
