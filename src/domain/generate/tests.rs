use std::collections::HashSet;

use super::super::bot_file::{check_custom, parse, to_yaml};
use super::super::similarity::terms;
use super::super::text::is_clean;
use super::*;

#[test]
fn every_persona_is_a_valid_bot() {
    for bot in generate(3_000, 11) {
        assert_eq!(check_custom(&bot), [], "{bot:?}");
        assert!(is_clean(&bot.identity.origin_story) && !bot.identity.origin_story.contains("  "));
        assert!((3..=5).contains(&bot.personality.interests.len()), "{bot:?}");
        assert!((2..=5).contains(&bot.personality.traits.len()), "{bot:?}");
    }
    let bot = one(42, 7);
    assert_eq!(parse(&to_yaml(&bot)), Ok(bot.clone()));
    assert!(bot.id.ends_with("_00042"), "{}", bot.id);
    assert!(bot.id.starts_with(&bot.name.to_lowercase()), "{} {}", bot.id, bot.name);
}

#[test]
fn ids_and_names_are_unique_in_a_large_society() {
    let bots: Vec<_> = generate(100_000, 3).into_iter().map(|bot| (bot.id, bot.name)).collect();
    assert_eq!(bots.iter().map(|(id, _)| id).collect::<HashSet<_>>().len(), bots.len());
    assert_eq!(bots.iter().map(|(_, name)| name).collect::<HashSet<_>>().len(), bots.len());
    let far: HashSet<_> = [0, 1_100, 999_999, 1_200_000, 2_400_000, u32::MAX - 1]
        .map(|index| names::name(index, 3))
        .into_iter()
        .collect();
    assert_eq!(far.len(), 6);
    assert!(far.iter().all(|name| name.chars().count() <= 30), "{far:?}");
}

#[test]
fn a_persona_depends_on_seed_and_index_alone() {
    let hundred = generate(100, 5);
    assert_eq!(generate(10, 5), hundred[..10]);
    assert_eq!(one(77, 5), hundred[76]);
    let other = generate(100, 6);
    assert!(hundred.iter().zip(&other).all(|(a, b)| a != b));
    assert!(generate(0, 5).is_empty());
}

/// Fixed so that a society made today can be made again: a change here changes every room.
#[test]
fn the_draws_are_specified() {
    let bot = one(1, 1);
    insta::assert_snapshot!(to_yaml(&bot));
}

#[test]
fn personas_are_as_varied_as_the_shipped_ones() {
    let bots = generate(2_000, 9);
    let sliders: [fn(&Behavior) -> u8; 5] = [
        |b| b.creativity_level,
        |b| b.leadership_tendency,
        |b| b.skepticism,
        |b| b.aggression,
        |b| b.shyness,
    ];
    for slider in sliders {
        let levels: Vec<f64> = bots.iter().map(|bot| f64::from(slider(&bot.behavior))).collect();
        let mean = levels.iter().sum::<f64>() / levels.len() as f64;
        let deviation =
            (levels.iter().map(|level| (level - mean).powi(2)).sum::<f64>() / levels.len() as f64).sqrt();
        assert!((25.0..=70.0).contains(&mean), "{mean}");
        assert!(deviation > 18.0, "{deviation}");
        for band in 0..4 {
            let share =
                levels.iter().filter(|level| super::super::guidance::band(**level as u8) == band).count();
            assert!(share * 25 > levels.len(), "band {band} has {share}");
        }
    }
    for style in Engagement::ALL {
        let share = bots.iter().filter(|bot| bot.behavior.engagement_style == style).count();
        assert!(share * 7 > bots.len(), "{style:?}: {share}");
    }
    let distinct =
        |text: fn(&PersonalityConfig) -> String| bots.iter().map(text).collect::<HashSet<_>>().len();
    assert!(distinct(|bot| bot.personality.interests.join()) > 1_900);
    assert!(distinct(|bot| bot.personality.quirks.join()) > 1_200);
    assert!(distinct(|bot| bot.identity.origin_story.clone()) > 1_900);
    assert!(distinct(|bot| bot.personality.traits.join()) > 1_400);
    assert!(distinct(|bot| bot.personality.communication_style.clone()) > 1_000);
}

#[test]
fn traits_agree_with_the_numbers() {
    for bot in generate(500, 2) {
        if bot.behavior.shyness >= 90 {
            assert!(!bot.personality.traits.iter().any(|word| word == "outgoing"), "{bot:?}");
        }
        if bot.behavior.shyness < 10 {
            assert!(!bot.personality.traits.iter().any(|word| word == "shy"), "{bot:?}");
        }
    }
}

#[test]
fn the_banks_hold_nothing_twice() {
    let unique = |words: &[String]| words.iter().collect::<HashSet<_>>().len() == words.len();
    let of_one_kind =
        [&BANKS.quirks, &BANKS.tempers, &BANKS.manners, &BANKS.habits_of_speech, &BANKS.beginnings];
    assert!(of_one_kind.into_iter().chain([&BANKS.turns, &BANKS.creeds]).all(|words| unique(words)));
    let subjects: Vec<_> = BANKS.fields.iter().flat_map(|field| field.subjects.iter().cloned()).collect();
    assert!(unique(&subjects) && subjects.len() >= 150);
    for (at, quirk) in BANKS.quirks.iter().enumerate() {
        let alike = BANKS.quirks[..at].iter().find(|other| terms(quirk).jaccard(&terms(other)) > 0.6);
        assert_eq!(alike, None, "{quirk}");
    }
}

trait Join {
    fn join(&self) -> String;
}

impl Join for Vec<String> {
    fn join(&self) -> String {
        self.as_slice().join("/")
    }
}
