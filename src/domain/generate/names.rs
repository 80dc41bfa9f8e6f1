//! Names: a bank, syllables for the rest, second names when one is not enough.

use std::sync::LazyLock;

use super::super::similarity::term;

/// Names that were chosen by hand.
const BANK: &str = "Mira Juno Otis Vera Nilo Tess Ivo Petra Caspar Wren Soren Lila Marlo Fenn Odile Bram Yara Kit \
    Elio Nora Tobin Suri Halden Zora Amos Greta Leif Oona Rafi Dara Milo Anouk Joss Perla Ansel Maeve Silas Noor \
    Edda Roan Thea Viggo Zelda Orin Lotte Kian Alma Basil Cleo Dov Esme Finn Gala Hugo Inez Jonas Kaya Lars Minna \
    Nico Olga Pax Quill Runa Stellan Talia Ulla Vito Willa Xenia Yusuf Zeno Arlo Bea Cyrus Delia Emil Freya Gus \
    Hana Idris Jada Knut Leda Matteo Nell Oskar Pia Remy Saga Theo Una Vidal Wanda Yves Zadie Abel Britt Corin Dina \
    Enzo Flora Gideon Hedda Isak Jula Kasimir Livia Malik Nadia Orla Pascal Rhea Sami Tilda Uri Vesna Wim Ylva \
    Zahra Aster Birk Celia Dorian Elke Fabio Ginevra Henrik Ilse Joaquin Karin Lorenz Mabel Nestor Ottilie Piers \
    Rosalind Sten Tamar Ursula Valentin Winifred Yorick Zita";
/// Beginnings, middles and ends of made names.
const ONSETS: [&str; 16] = [
    "Al", "Bel", "Cor", "Del", "El", "Fal", "Hal", "Is", "Kal", "Lor", "Mar", "Nel", "Or", "Sel", "Tal",
    "Ver",
];
const MIDDLES: [&str; 8] = ["a", "e", "i", "o", "an", "en", "il", "ov"];
const ENDS: [&str; 8] = ["ra", "do", "sha", "th", "mi", "ne", "vo", "lis"];
/// Halves of second names.
const LANDS: &str = "Ash Birch Bramble Brook Clay Copper Dusk Elder Ember Fen Flint Frost Glen Hazel Heron Hollow \
    Iron Larch Linden Marsh Moor Moss North Oak Pine Quarry Reed Rook Salt Stone Thorn Winter";
const STEADS: &str = "bank bridge burn combe croft dale fall field ford gate grove hall ham heath hill holm lock mere \
    mill more path ridge rise shaw shore side stead vale ward water well wick";

static FIRST: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut names: Vec<String> = BANK.split_whitespace().map(str::to_owned).collect();
    for onset in ONSETS {
        for middle in MIDDLES {
            names.extend(ENDS.iter().map(|end| format!("{onset}{middle}{end}")));
        }
    }
    names
});

static SECOND: LazyLock<Vec<String>> = LazyLock::new(|| {
    let lands = LANDS.split_whitespace();
    lands.flat_map(|land| STEADS.split_whitespace().map(move |stead| format!("{land}{stead}"))).collect()
});

/// The name of the persona at `index` (from 0). The first thousand or so have one word; after
/// that two, and beyond a million a number too.
pub(super) fn name(index: u32, seed: u64) -> String {
    let (first, second) = (&*FIRST, &*SECOND);
    let (singles, pairs) = (first.len() as u64, (first.len() * second.len()) as u64);
    let index = u64::from(index);
    if index < singles {
        // The hand-picked names go first: a small society has the best ones.
        let bank = BANK.split_whitespace().count() as u64;
        let at = if index < bank {
            deal(index, bank, seed)
        } else {
            bank + deal(index - bank, singles - bank, seed)
        };
        return first[small(at)].clone();
    }
    let (round, index) = ((index - singles) / pairs, (index - singles) % pairs);
    let at = small(deal(index, pairs, seed));
    let name = format!("{} {}", first[at % first.len()], second[at / first.len()]);
    if round == 0 { name } else { format!("{name} {}", round + 1) }
}

fn small(at: u64) -> usize {
    usize::try_from(at).unwrap_or(0) // below the length of a list
}

/// Where `index` goes in a shuffle of `0..n` that depends on `seed`: a Feistel network over the
/// next even power of two, walked until it lands inside.
fn deal(index: u64, n: u64, seed: u64) -> u64 {
    let half = (64 - (n.max(2) - 1).leading_zeros()).div_ceil(2);
    let mask = (1u64 << half) - 1;
    let mut at = index;
    loop {
        let (mut left, mut right) = (at >> half, at & mask);
        for round in 0..4u64 {
            (left, right) = (right, left ^ (mix(seed, round, right) & mask));
        }
        at = (left << half) | right;
        if at < n {
            return at;
        }
    }
}

/// A round key: spread bits of its three parts.
fn mix(seed: u64, round: u64, value: u64) -> u64 {
    let mut x =
        seed ^ term("names").rotate_left(17) ^ value.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (round << 56);
    for _ in 0..2 {
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    }
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_banks_hold_no_name_twice() {
        assert_eq!(FIRST.iter().collect::<HashSet<_>>().len(), FIRST.len());
        assert_eq!(SECOND.iter().collect::<HashSet<_>>().len(), SECOND.len());
        assert!(FIRST.len() > 1_000 && SECOND.len() == 1_024, "{} {}", FIRST.len(), SECOND.len());
    }

    #[test]
    fn dealing_gives_every_place_once() {
        for n in [1, 2, 3, 10, 100, 1_000, 4_097] {
            let dealt: HashSet<_> = (0..n).map(|index| deal(index, n, 7)).collect();
            assert_eq!(dealt.len() as u64, n);
            assert!(dealt.iter().all(|at| *at < n));
        }
        assert_ne!(deal(5, 1_000, 1), deal(5, 1_000, 2));
    }
}
