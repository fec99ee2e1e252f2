"use strict";
module.exports = require("./load-entry.cjs")("integrations/playwright");
