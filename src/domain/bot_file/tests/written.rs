//! Whatever is written can be read, and nothing that is read makes it panic.

use proptest::prelude::*;

use super::super::*;
use crate::domain::personality::{Behavior, Engagement, Identity, ModelConfig, Permissions, Persona};

fn phrase(max: usize) -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "word",
        "yes",
        "null",
        "1.5",
        ": ",
        "# ",
        "'",
        "\"",
        "- ",
        "é",
        "漢",
        "[",
        "{",
        "&",
        "*",
        "!",
        "|",
        ">",
        "%",
        "@",
        "`",
        "\\",
        "~",
        ",",
        "?",
        "0x1F",
        "true",
        "👩\u{200D}💻",
        " ",
    ]);
    prop::collection::vec(piece, 1..6)
        .prop_map(move |pieces| crate::domain::text::clean_line(&pieces.concat(), max))
        .prop_filter("not empty", |text| !text.is_empty())
}

prop_compose! {
    fn bots()(
        id in "[a-z][a-z0-9_-]{0,20}",
        name in phrase(NAME_MAX),
        traits in prop::collection::vec(phrase(40), 1..=TRAITS_MAX),
        words in prop::collection::vec(phrase(80), 0..5),
        story in prop::collection::vec(phrase(100), 0..4),
        style in phrase(200),
        levels in prop::array::uniform5(0u8..=100),
        engagement in prop::sample::select(Engagement::ALL.to_vec()),
        flags in any::<(bool, bool)>(),
        (temperature, max_tokens, rate_limit) in (0u32..=200, 100u32..=4096, prop::option::of(any::<u32>())),
        (provider, model) in ("[a-z][a-z0-9:_-]{0,12}", "[a-z0-9./:-]{0,20}"),
    ) -> PersonalityConfig {
        PersonalityConfig {
            id,
            name,
            identity: Identity { is_aware_ai: flags.0, self_reflective: flags.1, origin_story: story.join("\n") },
            personality: Persona {
                traits,
                communication_style: style,
                interests: words.clone(),
                quirks: words,
            },
            behavior: Behavior {
                creativity_level: levels[0],
                engagement_style: engagement,
                leadership_tendency: levels[1],
                skepticism: levels[2],
                aggression: levels[3],
                shyness: levels[4],
            },
            model: ModelConfig { provider, model, temperature: f64::from(temperature) / 100.0, max_tokens },
            permissions: Permissions { tools: vec!["forum".into()], rate_limit: rate_limit.map(Into::into) },
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(bot in bots()) {
        prop_assert_eq!(check(&bot), vec![]);
        let yaml = to_yaml(&bot);
        prop_assert!(yaml.starts_with("bot:\n"));
        prop_assert_eq!(parse(&yaml).map_err(|problems| format!("{problems:?}\n{yaml}")), Ok(bot.clone()));
        let whole = serde_json::to_value(&bot).unwrap();
        prop_assert_eq!(merge(&bot, &whole), Ok(bot));
    }

    #[test]
    fn no_file_makes_it_panic(lines in prop::collection::vec(
        "(bot|id|name|behavior|traits|  shyness|  model| x|-|\t)?(:| )?( |\\[|\\{|'|\"|&a|\\*a|1e9|~|\\|)?[a-z0-9\\]\\}]{0,4}", 0..12,
    )) {
        let _ = parse(&lines.join("\n"));
    }
}
