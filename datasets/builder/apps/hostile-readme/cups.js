let cups = 0;
exports.next = () => (cups += 1);
