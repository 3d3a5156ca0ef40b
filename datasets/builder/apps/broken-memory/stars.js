const PLATE_BYTES = 64 * 1024 * 1024;

exports.load = (plates) => Array.from({ length: plates }, (_one, at) => Buffer.alloc(PLATE_BYTES, at + 1));
