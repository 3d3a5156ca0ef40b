exports.render = (address) => `Your address is ${address}\n`;
