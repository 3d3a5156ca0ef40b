module.exports = ["N1", "N2", "N7"];
