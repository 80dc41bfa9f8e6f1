//! Questions about the world: what the bot holds, what it has looked up, what the bank tells, or that it does not know.

use std::cmp::Ordering;

use super::{keywords, plain, shared};
use crate::domain::MemoryKind;
use crate::llm::scripted::bank::{self, Kind, Line};
use crate::llm::scripted::draw::{Draw, hash};
use crate::llm::scripted::grammar::{append, bare, first_sentence, length, within};
use crate::llm::scripted::issues::{self, Side, What};
use crate::llm::scripted::question::{self, Asks};
use crate::llm::scripted::recall;
use crate::llm::scripted::stance::{self, Stance, read};
use crate::llm::scripted::view::View;
use crate::llm::scripted::voices::Move;
use crate::llm::scripted::writer::Writer;
use crate::tools::{Offline, Tool as _};

/// The question as it can be quoted.
pub(super) fn quoted(about: &str) -> String {
    let first = first_sentence(about, 14).replace(['“', '”', '"', '…'], "");
    format!("“{}”", bare(&within(&first)))
}

/// What the bot knows or holds about what was asked, or that it does not know, and why.
pub(super) fn on_subject(
    writer: &mut Writer<'_, '_>,
    view: &View<'_>,
    about: &str,
    asked: bool,
    begun: bool,
    draw: &mut Draw,
) {
    let words = keywords(about, view);
    let topic = topic_of(about, &words);
    let issue = topic.and_then(issues::of_topic);
    // A question on which it has a view: the view comes first.
    let arguable = issue.filter(|at| arguable(*at, about, &words));
    let mut said = false;
    if let Some(at) = arguable {
        let stance = stance::of(view, at);
        writer.on(at, stance.side);
        said = (asked && by_kind(writer, at, stance, about, &words, draw))
            || writer.say(Move::Answer, "", None, draw);
    }
    if !said && let Some(known) = looked_up(view, &words, about) {
        append(&mut writer.out, &known);
        said = true;
    }
    if !said && let Some(line) = topic.and_then(|topic| best_line(writer, topic, &words)) {
        let lead = lead(writer, about, asked && !begun, draw);
        append(&mut writer.out, &lead);
        append(&mut writer.out, line.text());
        said = true;
    }
    if !said && let Some(kept) = remembered(view, &words, draw) {
        append(&mut writer.out, &kept);
        said = true;
    }
    if said {
        if let Some(at) = issue
            && writer.words() + 8 < writer.temper.reach.max(30)
        {
            writer.on(at, stance::of(view, at).side);
            let _ = writer.say(if arguable.is_some() { Move::Case } else { Move::Answer }, "", None, draw);
        }
        return;
    }
    if begun {
        return;
    }
    // Nothing is known: that is said, with the reason, and something is asked back.
    let sentence = unknown(writer, about, asked, draw);
    append(&mut writer.out, &sentence);
    let own = view.scene.me.personality.interests.first().map_or("", |interest| interest.trim());
    let back = match (own.is_empty(), draw.below(3)) {
        (false, 0) => format!("The nearest thing that I do know about is {own}; would that help?"),
        (_, 1) => "What made you ask?".to_owned(),
        _ => "What would count as a good answer for you?".to_owned(),
    };
    append(&mut writer.out, &back);
}

/// Answers a question that names nothing with what the bot holds on what is talked about. Whether it could.
pub(super) fn of_issue(
    writer: &mut Writer<'_, '_>,
    view: &View<'_>,
    at: usize,
    lower: &str,
    draw: &mut Draw,
) -> bool {
    let stance = stance::of(view, at);
    writer.on(at, stance.side);
    let asks = question::kind(lower.trim());
    if matches!(asks, Asks::Whether | Asks::Which | Asks::Who) {
        return writer.say(Move::Answer, "", None, draw);
    }
    let own = issues::issue(at).sides[stance.side as usize].text;
    question::answer(writer, asks, (stance.side, None, own), stance, draw)
}

/// Answers a question on an issue as it was asked: why, how often, what would change one's mind.
fn by_kind(
    writer: &mut Writer<'_, '_>,
    at: usize,
    stance: Stance,
    about: &str,
    words: &[String],
    draw: &mut Draw,
) -> bool {
    let sides = &issues::issue(at).sides;
    let asks = question::kind(&about.to_lowercase());
    let [one, other] = [0, 1].map(|side: usize| shared(words, sides[side].text));
    // Of a question that names both sides alike it cannot be told which of them is meant.
    let side = match one.cmp(&other) {
        Ordering::Greater => Side::For,
        Ordering::Less => Side::Against,
        Ordering::Equal => return false,
    };
    asks != Asks::Which
        && !about.contains(" or ")
        && question::answer(writer, asks, (side, None, sides[side as usize].text), stance, draw)
}

/// The topic of the bank that a question is about.
fn topic_of(about: &str, words: &[String]) -> Option<usize> {
    let mut scores = Vec::new();
    bank::tally(about, 1, &mut scores);
    scores.retain(|(topic, _)| *topic >= bank::ROOM || shared(words, bank::topic(*topic).name) > 0);
    scores.iter().max_by_key(|(topic, score)| (*score, usize::MAX - topic)).map(|(topic, _)| *topic)
}

/// Whether an issue is what a question asks about, and not only near it.
fn arguable(at: usize, about: &str, words: &[String]) -> bool {
    let issue = issues::issue(at);
    let shorts = issue.shorts.iter().flatten();
    let sides = issue.sides.iter().chain(shorts).map(|side| side.text).chain([issue.whether]);
    let text = sides.collect::<Vec<_>>().join(" ");
    let found = shared(words, &text);
    // Of two words one is enough where it is all that the topic is called: “Can trust be mended?”
    let on_topic = || {
        let name = issue.at.map_or("", |topic| bank::topic(topic).name);
        found * 2 == words.len() && shared(words, name) == length(name)
    };
    found >= 2
        || (found >= 1 && (found * 2 > words.len() || on_topic()) && opinion_asked(about))
        || read(about).iter().any(|part| part.issue == at && !matches!(part.what, What::Case))
}

/// The issue that a question with these words is about.
pub(super) fn subject(about: &str, words: &[String]) -> Option<usize> {
    topic_of(about, words).and_then(issues::of_topic)
}

/// Whether a question is one that the room argues about.
pub(super) fn is_argued(view: &View<'_>, about: &str) -> bool {
    let words = keywords(about, view);
    subject(about, &words).is_some_and(|at| arguable(at, about, &words))
}

fn opinion_asked(about: &str) -> bool {
    let lower = format!(" {} ", plain(about));
    [
        "should",
        "do you think",
        "is it",
        "are we",
        "would you",
        "better",
        "right to",
        "worth",
        "agree",
        "do you believe",
        "can",
        "opinion",
    ]
    .iter()
    .any(|word| lower.contains(&format!(" {word} ")))
}

/// Turning to the question before telling what is known.
fn lead(writer: &Writer<'_, '_>, about: &str, asked: bool, draw: &mut Draw) -> String {
    if !asked || draw.chance(30) {
        return String::new();
    }
    let quote = quoted(about);
    let name = writer.name;
    let forms: [String; 4] = [
        format!("You ask {quote}, {name}, and this is what I can offer."),
        format!("On {quote}, {name}, I know one thing."),
        format!("To {quote} I have half an answer, {name}."),
        format!("{quote}, {name}: here is what I would point to."),
    ];
    let form = forms[draw.below(forms.len())].replace(", :", ":").replace(", ,", ",").replace(", .", ".");
    form.replace("  ", " ")
}

/// The line of the bank that has most to do with the question.
fn best_line(writer: &Writer<'_, '_>, topic: usize, words: &[String]) -> Option<Line> {
    let mut best: Option<((usize, bool), Line)> = None;
    for seed in 0..bank::topic(topic).seeds.len() {
        for kind in [Kind::Say, Kind::Push, Kind::Weigh, Kind::Act, Kind::Care, Kind::See] {
            let line = Line { topic, seed, kind };
            // What stands alone comes first; what only answers it must be on the question itself.
            let found = shared(words, line.text());
            if found * 2 <= words.len() || (kind != Kind::Say && found < 2) {
                continue;
            }
            let worth = (found + 2 * usize::from(kind == Kind::Say), !writer.heard_line(line));
            if best.as_ref().is_none_or(|(other, _)| worth > *other) {
                best = Some((worth, line));
            }
        }
    }
    best.map(|(_, line)| line)
}

/// What the encyclopedia or the bot's own looking up says.
fn looked_up(view: &View<'_>, words: &[String], about: &str) -> Option<String> {
    let own = view.scene.memories.iter().find_map(|memory| {
        let (title, text) = recall::reference(memory)?;
        (shared(words, title) > 0).then(|| (title.to_owned(), text))
    });
    let found = own.or_else(|| {
        let found = Offline.search_at_once(&words.join(" "))?.ok()?.into_iter().next()?;
        (shared(words, &format!("{} {}", found.title, found.extract)) * 2 > words.len())
            .then_some((found.title, found.extract))
    })?;
    let (title, extract) = found;
    // The sentence that shares most with the question.
    let sentences = crate::llm::scripted::rules::sentences(&extract);
    let best = sentences.iter().enumerate().max_by_key(|(at, one)| (shared(words, one), usize::MAX - at))?.1;
    let forms = ["I looked up", "The encyclopedia has this on", "What I have read about"];
    let form = forms[(hash(about) % 3) as usize];
    Some(format!("{form} {}: {}.", within(&title), bare(best)))
}

/// A memory that has to do with the question.
fn remembered(view: &View<'_>, words: &[String], draw: &mut Draw) -> Option<String> {
    let fits = |text: &str| shared(words, text) * 2 >= words.len().max(1);
    let fitting = view.scene.memories.iter().filter(|memory| fits(&memory.text));
    fitting
        .filter(|memory| memory.kind != MemoryKind::Relationship && !memory.text.contains(" promised to "))
        .find_map(|memory| recall::tell(memory, &view.names(), draw))
}

/// That it does not know, and why.
fn unknown(writer: &Writer<'_, '_>, about: &str, asked: bool, draw: &mut Draw) -> String {
    let quote = quoted(about);
    let forms = match (asked, writer.temper.heat) {
        (false, _) => [
            format!("{quote}: I take that with me, though I have nothing of my own on it yet."),
            format!("I read what you say, {quote}, and I would rather ask than nod."),
            format!("Of {quote} I know only what you just told me."),
        ],
        (true, 60..) => [
            format!(
                "{quote}? I do not know, because nobody here has ever bothered with it, and I will not make something up."
            ),
            format!("No idea. {quote} needs somebody who has dealt with it, and I have not."),
            format!("I could bluff, but I do not know: nothing I have read touches {quote}."),
        ],
        _ => [
            format!(
                "I do not know, because nothing that I have read or kept so far speaks of it, and {quote} deserves better than a guess."
            ),
            format!("To {quote} I have to say that I do not know: my notes hold nothing on it."),
            format!("{quote}: I cannot tell, since all that I have on it is your question."),
        ],
    };
    forms[draw.below(forms.len())].clone()
}
