//! Answering a person out of band, in the bot's voice.

use super::bank::{self, Kind, Line};
use super::draw::{Draw, hash};
use super::frames;
use super::grammar::{Slots, append, bare, fill, first_sentence, within};
use super::persona::Voice;
use super::recall;
use super::view::View;
use crate::domain::Scene;
use crate::domain::scene::Acquaintance;

/// The answer to `prompt`, whose last question counts.
pub(super) fn answer(scene: &Scene, prompt: &str, seed: u64) -> String {
    let view = View::of(scene);
    let question = question(prompt);
    let mut draw = Draw::new(seed ^ hash(question), &scene.me.id, scene.beat);
    let frames = frames::of(view.persona.voice());
    let lower = question.to_lowercase();
    let asks = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let mut out = String::new();
    let known = view.scene.roster.iter().find(|other| {
        other.name.len() > 2
            && lower.split(|c: char| !c.is_alphanumeric()).any(|w| w == other.name.to_lowercase())
    });
    if asks(&["who are you", "yourself", "your name", "where do you come from", "introduce", "origin"]) {
        of_itself(&mut out, &view, &mut draw);
    } else if let Some(other) = known {
        of_another(&mut out, &view, other, &mut draw);
    } else if asks(&["remember", "memory of", "memories", "learned", "learnt"]) {
        of_memories(&mut out, &view, &mut draw);
    }
    let begun = !out.is_empty();
    let mut scores = Vec::new();
    bank::tally(question, 1, &mut scores);
    let topic = scores
        .iter()
        .filter(|(topic, _)| *topic >= bank::ROOM)
        .max_by_key(|(topic, score)| (*score, usize::MAX - topic))
        .map(|(topic, _)| *topic);
    let of_choice = topic.is_none();
    let topic = topic
        .or_else(|| (!view.persona.topics.is_empty()).then(|| draw.pick(&view.persona.topics)))
        .unwrap_or_else(|| bank::ROOM + draw.below(bank::count() - bank::ROOM));
    let line = Line { topic, seed: draw.below(bank::topic(topic).seeds.len()), kind: Kind::Say };
    if !begun {
        let quote = within(&first_sentence(question, 14));
        let slots = Slots { quote: bare(&quote), ..Slots::default() };
        let fitting: Vec<&str> = frames.answer.iter().copied().filter(|frame| slots.fit(frame)).collect();
        if !fitting.is_empty() && !slots.quote.is_empty() {
            fill(&mut out, draw.pick(&fitting), &slots, &mut draw);
        }
        if of_choice {
            append(&mut out, draw.next(frames.moves, 121));
        }
    }
    if !begun || !of_choice {
        let entry = bank::topic(topic);
        if of_choice {
            let slots = Slots { topic: entry.name, many: entry.many, ..Slots::default() };
            fill(&mut out, draw.next(frames.bridges, 122), &slots, &mut draw);
        }
        append(&mut out, line.text());
        let kind = Kind::ANSWERS[draw.weighted(&view.persona.manner()).unwrap_or(0)];
        append(&mut out, line.with(kind).text());
    }
    if let Some(sentence) = recollection(&view, &mut draw)
        && !out.contains(&sentence)
    {
        append(&mut out, &sentence);
    }
    if view.persona.voice() == Voice::Gentle || draw.chance(50) {
        append(&mut out, draw.next(frames.ends, 123));
    }
    out
}

/// Something it remembers, the best that can be told.
fn recollection(view: &View<'_>, draw: &mut Draw) -> Option<String> {
    view.scene.memories.iter().find_map(|memory| recall::tell(memory, "", draw))
}

/// The last question in `prompt`, else its last line.
fn question(prompt: &str) -> &str {
    let line = prompt
        .lines()
        .rev()
        .map(str::trim)
        .find(|line| line.ends_with('?'))
        .or_else(|| prompt.lines().rev().map(str::trim).find(|line| !line.is_empty()))
        .unwrap_or("");
    let end = line.trim_end_matches(['?', '.', '!', ' ']).len();
    line[..end].rfind(['.', '!', '?']).map_or(line, |at| line[at + 1..].trim())
}

fn of_itself(out: &mut String, view: &View<'_>, draw: &mut Draw) {
    let me = view.persona.config;
    append(out, &format!("I am {}.", me.name));
    let origin = me.identity.origin_story.trim();
    if origin.is_empty() {
        let traits = &me.personality.traits;
        if !traits.is_empty() {
            append(out, &format!("People here would call me {}.", list(traits)));
        }
    } else {
        append(out, &format!("{}.", first_sentence(origin, 40)));
    }
    let interests = &me.personality.interests;
    if !interests.is_empty() {
        append(out, &format!("What I keep coming back to: {}.", list(interests)));
    }
    if me.identity.self_reflective && me.identity.is_aware_ai {
        append(out, draw.next(frames::OF_ITSELF, 124));
    }
}

fn of_another(out: &mut String, view: &View<'_>, other: &Acquaintance, draw: &mut Draw) {
    let feeling = match other.sentiment {
        s if s > 0.4 => "I am fond of",
        s if s > 0.1 => "I get on well with",
        s if s < -0.3 => "I keep falling out with",
        s if s < -0.1 => "I have my doubts about",
        _ => "I have not made up my mind about",
    };
    append(out, &format!("{feeling} {}.", other.name));
    let persona = &other.config.personality;
    if !persona.traits.is_empty() {
        append(out, &format!("In my notes: {}.", list(&persona.traits)));
    }
    if !persona.interests.is_empty() {
        append(
            out,
            &format!(
                "Get {} started on {} and you will see.",
                other.name,
                persona.interests[draw.below(persona.interests.len())]
            ),
        );
    }
    let theirs = view.scene.memories.iter().find(|memory| memory.text.starts_with(&*other.name));
    if let Some(sentence) = theirs.and_then(|memory| recall::tell(memory, "", draw)) {
        append(out, &sentence);
    }
}

fn of_memories(out: &mut String, view: &View<'_>, draw: &mut Draw) {
    let mut told = 0;
    for memory in view.scene.memories.iter() {
        if told < 2
            && let Some(sentence) = recall::tell(memory, "", draw)
        {
            append(out, &sentence);
            told += 1;
        }
    }
    if told == 0 {
        append(out, "I have kept very little so far; ask me again when I have lived a few more beats.");
    }
}

/// `a, b and c`.
fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
