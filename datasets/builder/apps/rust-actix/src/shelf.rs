use std::sync::Mutex;

use serde::{Deserialize, Serialize};

#[derive(Clone, Deserialize, Serialize)]
pub struct Item {
    what: String,
    place: String,
}

#[derive(Default)]
pub struct Shelf {
    items: Mutex<Vec<Item>>,
}

impl Shelf {
    pub fn put(&self, item: Item) {
        self.items.lock().unwrap().push(item);
    }

    pub fn all(&self) -> Vec<Item> {
        self.items.lock().unwrap().clone()
    }

    pub fn len(&self) -> usize {
        self.items.lock().unwrap().len()
    }
}
