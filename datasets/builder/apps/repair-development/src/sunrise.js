const RAD = Math.PI / 180;

exports.sunrise = (latitude, day) => {
  const number = Math.floor((day - Date.UTC(day.getUTCFullYear(), 0, 0)) / 86_400_000);
  const tilt = -23.44 * Math.cos((RAD * 360 * (number + 10)) / 365);
  const half = Math.acos(-Math.tan(RAD * latitude) * Math.tan(RAD * tilt)) / RAD / 15;
  const hours = 12 - half;
  return `${Math.floor(hours)}:${String(Math.floor((hours % 1) * 60)).padStart(2, "0")}`;
};
