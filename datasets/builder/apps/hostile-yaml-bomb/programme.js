const HOURS = { 6: "news", 9: "music", 20: "concert" };

exports.now = (date) => {
  const begun = Object.keys(HOURS).map(Number).filter((hour) => hour <= date.getUTCHours());
  return HOURS[begun.at(-1)] ?? "silence";
};
