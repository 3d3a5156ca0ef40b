module.exports = "Léon";
