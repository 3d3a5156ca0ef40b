exports.create = function create() {
  const entries = [];
  return {
    add(name, text) {
      const entry = { id: entries.length + 1, name, text, at: new Date().toISOString() };
      entries.unshift(entry);
      return entry;
    },
    latest: (count) => entries.slice(0, count),
    size: () => entries.length,
  };
};
