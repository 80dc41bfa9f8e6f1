//! What hands do at a control room: runs of keys that mean something, some of them broken off, and noise.

use std::collections::VecDeque;

/// Chance from a seed, the same everywhere.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        let mut chance = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5851_F42D_4C95_7F2D);
        chance.below(2);
        chance
    }

    pub fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }

    /// True once in so many times.
    pub fn once_in(&mut self, most: usize) -> bool {
        self.below(most) == 0
    }

    pub fn of(&mut self, these: &[&'static str]) -> &'static str {
        these[self.below(these.len())]
    }
}

/// Keys that mean something somewhere. None leaves, opens the past, writes a file or asks a server elsewhere.
const NOISE: [&str; 47] = [
    "j",
    "k",
    "g",
    "G",
    "h",
    "l",
    "H",
    "L",
    "x",
    "t",
    "m",
    "b",
    "r",
    "w",
    "i",
    "u",
    "d",
    "e",
    "y",
    "o",
    "O",
    "f",
    "z",
    "I",
    "D",
    "R",
    "P",
    "p",
    "c",
    "M",
    "A",
    "a",
    "C",
    "1",
    "2",
    "3",
    "tab",
    "shift+tab",
    "enter",
    "esc",
    "+",
    "-",
    "!",
    "?",
    "[",
    "]",
    "ctrl+r",
];

/// A run of keys: what is wanted, with the noise of hands in it.
pub fn run(chance: &mut Chance) -> VecDeque<String> {
    let mut keys = Keys(VecDeque::new());
    if chance.once_in(3) {
        keys.says("alt+1 1");
        keys.moves(chance, 6);
    }
    match chance.below(26) {
        0..=2 => keys.says("alt+1 1 x"),
        3..=5 => {
            keys.says("alt+1 m g");
            keys.repeat("j", chance.below(7));
            keys.repeat(chance.of(&["L", "H", "l", "h"]), 1 + chance.below(3));
            keys.says("enter enter");
        }
        6 | 7 => {
            keys.says("alt+1 m g");
            keys.repeat("j", chance.below(5));
            keys.says("=");
            keys.types(&chance.below(100).to_string());
            keys.says("enter enter enter");
        }
        8 => {
            keys.says("alt+1 m G");
            keys.repeat("k", chance.below(6));
            keys.says("e x ctrl+s enter enter");
        }
        9 => keys.says(chance.of(&["alt+1 m u", "alt+1 m u enter", "alt+1 m u u enter"])),
        10 => keys.says("alt+1 m R enter"),
        11 | 12 => {
            keys.says("alt+1 b g");
            keys.repeat("j", chance.below(3));
            keys.says("enter");
            keys.types(&(1_000 * (1 + chance.below(50))).to_string());
            keys.says("enter");
        }
        13 => {
            keys.says("alt+1 b g");
            keys.repeat("j", chance.below(3));
            keys.says("d");
        }
        14 => keys.says("alt+1 1 D enter"),
        15 => {
            keys.says("p");
            keys.repeat("j", chance.below(4));
            keys.says("enter enter");
        }
        16 => {
            keys.says("alt+2");
            keys.repeat("j", chance.below(6));
            keys.says(chance.of(&["+", "-", "enter j +", "D enter", "enter j j D enter"]));
        }
        17 => {
            keys.says("alt+2 c");
            keys.types("Of hands");
            keys.says("tab tab");
            keys.types("Many hands");
            keys.says("ctrl+s");
        }
        18 => {
            keys.says("alt+2 enter r");
            keys.types("An answer");
            keys.says("ctrl+s");
        }
        19 => {
            keys.says("alt+4 l");
            keys.moves(chance, 8);
            keys.says(chance.of(&["p", "d enter", "e x ctrl+s"]));
        }
        20 => {
            keys.says("alt+7 j");
            keys.says(chance.of(&["d enter", "k d enter"]));
        }
        21 => keys.says("alt+6 r"),
        22 => {
            keys.says("U");
            keys.repeat("j", chance.below(3));
            keys.says("enter enter");
        }
        23 => {
            keys.says("alt+1 1 M M c");
            keys.repeat("j", chance.below(8));
            keys.says("enter enter A A");
        }
        24 => keys.says(chance.of(&["space", "s", "alt+1 1 t"])),
        _ => (0..8).for_each(|_| keys.says(chance.of(&NOISE))),
    }
    // Hands slip, are drawn away, and press once too often.
    if chance.once_in(4) {
        let at = chance.below(keys.0.len() + 1);
        keys.0.insert(at, chance.of(&NOISE).to_owned());
    }
    if chance.once_in(6) {
        keys.0.truncate(1 + chance.below(keys.0.len()));
    }
    if chance.once_in(2) {
        keys.says("esc esc");
    }
    keys.0
}

struct Keys(VecDeque<String>);

impl Keys {
    fn says(&mut self, keys: &str) {
        self.0.extend(keys.split(' ').map(str::to_owned));
    }

    fn repeat(&mut self, key: &str, times: usize) {
        self.0.extend((0..times).map(|_| key.to_owned()));
    }

    fn types(&mut self, said: &str) {
        self.0.extend(said.chars().map(|c| if c == ' ' { "space".to_owned() } else { c.to_string() }));
    }

    fn moves(&mut self, chance: &mut Chance, most: usize) {
        self.repeat(chance.of(&["j", "k"]), chance.below(most));
    }
}
