module.exports = ["Is the office warm enough?", "Is the coffee good enough?"];
