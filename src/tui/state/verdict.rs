//! What an act rests on, in a few lines: the reason the bot gave, of the memories that were in the prompt the heaviest,
//! and the one whose words the act takes up; and which threads it left aside.

use serde_json::Value;

use crate::domain::activity::Told;
use crate::domain::similarity::{TermSet, terms};
use crate::protocol::{Exchange, RecalledMemory, WhyView};

/// Words that an act and a memory must share before one is said to take up the other.
const SHARED: usize = 2;

/// The lines.
#[must_use]
pub fn verdict(reason: &WhyView) -> Vec<String> {
    let mut lines = of_memories(reason);
    let answer = reason.exchanges.iter().rfind(|exchange| is_act(exchange));
    lines.extend(answer.and_then(own_words).map(|why| format!("in its own words: “{why}”")));
    lines.extend(passed_over(reason));
    lines
}

/// Whether an exchange led to the act.
#[must_use]
pub fn is_act(exchange: &Exchange) -> bool {
    matches!(exchange.purpose.as_str(), "think" | "repair")
}

/// Names of the field in which an answer says why.
const WHYS: [&str; 10] = [
    "reasoning",
    "rationale",
    "thinking",
    "thoughts",
    "thought",
    "explanation",
    "motivation",
    "reason",
    "because",
    "why",
];
/// Objects inside one another that are looked into.
const DEPTH: usize = 3;

/// The reason that an answer gives beside what it does.
#[must_use]
pub fn own_words(answer: &Exchange) -> Option<String> {
    let said = &answer.answer;
    let object = said.get(said.find('{')?..=said.rfind('}')?)?;
    let object: Value = serde_json::from_str(object).ok()?;
    let words = why_in(&object, DEPTH)?;
    Some(words.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn why_in(value: &Value, depth: usize) -> Option<&str> {
    let fields = value.as_object().filter(|_| depth > 0)?;
    let named =
        WHYS.iter().find_map(|name| fields.get(*name)?.as_str().filter(|said| !said.trim().is_empty()));
    named.or_else(|| fields.values().find_map(|inner| why_in(inner, depth - 1)))
}

/// The threads that lay before the bot, by their order in the prompt: number and title.
fn threads(reason: &WhyView) -> Vec<(i64, &str)> {
    let before = reason.sections.iter().filter(|section| matches!(section.name.as_str(), "feed" | "asks"));
    let mut threads: Vec<(i64, &str)> = before
        .flat_map(|section| section.text.lines())
        .filter_map(|line| {
            let (id, rest) = line.strip_prefix('#')?.split_once(" “")?;
            Some((id.parse().ok()?, rest.rsplit_once("” by ").map_or(rest, |(title, _)| title)))
        })
        .collect();
    // The newest post stands last, and is likeliest to be answered.
    threads.reverse();
    let mut seen = std::collections::BTreeSet::new();
    threads.retain(|(id, _)| seen.insert(*id));
    threads
}

/// What the bot could have taken up as well, and did not.
fn passed_over(reason: &WhyView) -> Option<String> {
    let threads = threads(reason);
    let taken = Told::of(&reason.activity.action_type, &reason.activity.details).thread;
    let left: Vec<String> = threads
        .iter()
        .filter(|(id, _)| Some(*id) != taken)
        .map(|(id, title)| format!("#{id} {title}"))
        .collect();
    let told = match threads.len() {
        0 => return None,
        1 => "1 thread lay before it".to_owned(),
        count => format!("{count} threads lay before it"),
    };
    Some(match (left.is_empty(), left.len() < threads.len()) {
        (true, _) => format!("{told}, and it took that up"),
        (false, true) => format!("{told}; passed over: {}", left.join(", ")),
        (false, false) => format!("{told}, none taken up: {}", left.join(", ")),
    })
}

fn of_memories(reason: &WhyView) -> Vec<String> {
    let in_prompt = |memory: &&RecalledMemory| !matches!(memory.fate.as_str(), "no_room" | "too_large");
    let told: Vec<&RecalledMemory> = reason.memories.iter().filter(in_prompt).collect();
    let recalled = reason.memories.len();
    let Some(heaviest) = told.iter().max_by(|a, b| a.score.total_cmp(&b.score)) else {
        return vec![match recalled {
            0 => "no memory took part".into(),
            1 => "the one memory was not in the prompt".into(),
            _ => format!("none of {recalled} memories was in the prompt"),
        }];
    };
    let of = if recalled == 1 { "memory" } else { "memories" };
    let mut lines = vec![format!("{} of {recalled} {of} in the prompt", told.len())];
    let said = said(reason);
    let quoted = |what: &str, memory: &RecalledMemory| format!("{what}: “{}”", telling(&memory.text, &said));
    match taken_up(&said, &told) {
        Some(memory) if memory.id == heaviest.id => {
            lines.push(quoted("weighs most and is taken up", heaviest))
        }
        taken_up => {
            lines.push(quoted("weighs most", heaviest));
            lines.extend(taken_up.map(|memory| quoted("is taken up", memory)));
        }
    }
    lines
}

/// The words of an act.
fn said(reason: &WhyView) -> TermSet {
    let act = Told::of(&reason.activity.action_type, &reason.activity.details);
    terms(&format!("{} {}", act.about, act.quote))
}

/// Longest memory that is quoted from its beginning, in bytes; of a longer one it is the sentence that the act shares
/// most words with.
const WHOLE: usize = 160;

fn telling(memory: &str, said: &TermSet) -> String {
    if memory.len() <= WHOLE {
        return memory.to_owned();
    }
    let sentences = memory.split_inclusive(". ").enumerate();
    // Of those that share as many words the first.
    let most =
        sentences.max_by_key(|(at, sentence)| (said.overlap(&terms(sentence)), std::cmp::Reverse(*at)));
    match most {
        Some((at, sentence)) if at > 0 => format!("… {}", sentence.trim_end()),
        _ => memory.to_owned(),
    }
}

/// The memory that shares most words with what was said.
fn taken_up<'a>(said: &TermSet, told: &[&'a RecalledMemory]) -> Option<&'a RecalledMemory> {
    let shared = |memory: &RecalledMemory| said.overlap(&terms(&memory.text));
    told.iter()
        .map(|memory| (shared(memory), *memory))
        .filter(|(words, _)| *words >= SHARED)
        .max_by(|(a, one), (b, other)| a.cmp(b).then(one.score.total_cmp(&other.score)))
        .map(|(_, memory)| memory)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory(id: i64, score: f64, fate: &str, text: &str) -> RecalledMemory {
        RecalledMemory { score, fate: fate.into(), text: text.into(), ..of(id) }
    }

    fn of(id: i64) -> RecalledMemory {
        let first = crate::tui::tests::fixture::why().memories.remove(0);
        RecalledMemory { id, ..first }
    }

    fn reason(said: &str, memories: Vec<RecalledMemory>) -> Vec<String> {
        let mut why = crate::tui::tests::fixture::why();
        why.activity.action_type = "reply".into();
        why.activity.details = serde_json::json!({ "content": said });
        why.memories = memories;
        why.sections.clear();
        verdict(&why)
    }

    #[test]
    fn the_heaviest_in_the_prompt_is_told_and_the_one_whose_words_come_back() {
        let hinge = memory(1, 0.4, "", "A brass hinge joins two bodies.");
        let tide = memory(2, 0.9, "", "The tide comes twice a day.");
        let left = memory(3, 1.0, "no_room", "A brass hinge is heavy.");
        let lines = reason("No brass, no hinge.", vec![hinge.clone(), tide.clone(), left.clone()]);
        assert_eq!(lines[0], "2 of 3 memories in the prompt");
        assert!(lines[1].starts_with("weighs most: ") && lines[1].contains("twice a day"), "{lines:?}");
        assert!(lines[2].starts_with("is taken up: ") && lines[2].contains("two bodies"), "{lines:?}");
        let lines = reason("Twice a tide.", vec![hinge, tide]);
        assert!(lines[1].starts_with("weighs most and is taken up: ") && lines.len() == 2, "{lines:?}");
        assert_eq!(reason("Anything.", vec![left]), ["the one memory was not in the prompt"]);
        assert_eq!(reason("Anything.", Vec::new()), ["no memory took part"]);
    }

    #[test]
    fn of_a_long_memory_the_sentence_is_told_that_the_act_takes_up() {
        let long = format!(
            "From March to May I dealt with Rex. {}A brass hinge joins two bodies. I slept.",
            "It rained. ".repeat(20)
        );
        let lines = reason("No brass, no hinge.", vec![memory(1, 0.4, "", &long)]);
        assert_eq!(lines[1], "weighs most and is taken up: “… A brass hinge joins two bodies.”");
        let lines = reason("Nothing of it.", vec![memory(1, 0.4, "", &long)]);
        assert!(lines[1].starts_with("weighs most: “From March to May"), "{lines:?}");
    }

    #[test]
    fn the_reason_an_answer_gives_is_told_wherever_it_stands_in_it() {
        let words = |answer: &str| {
            let mut why = crate::tui::tests::fixture::why();
            why.exchanges[0].answer = answer.into();
            own_words(&why.exchanges[0])
        };
        let act = r#"{"act": {"action": "vote", "thread_id": 3, "value": 1, "reason": "It is\nright."}}"#;
        assert_eq!(words(act).as_deref(), Some("It is right."));
        let beside = r#"Well: {"thought": "Doors first.", "act": {"action": "reply", "reason": "x"}} so."#;
        assert_eq!(words(beside).as_deref(), Some("Doors first."));
        for none in ["", "}{", "no reason", r#"{"act": {"action": "do_nothing", "reason": " "}}"#] {
            assert_eq!(words(none), None, "{none}");
        }
        let mut why = crate::tui::tests::fixture::why();
        why.exchanges[0].answer = act.into();
        assert!(verdict(&why).contains(&"in its own words: “It is right.”".to_owned()));
    }

    #[test]
    fn what_lay_before_it_and_was_passed_over_is_told() {
        let mut why = crate::tui::tests::fixture::why();
        let feed = why.sections.iter_mut().find(|section| section.name == "feed").unwrap();
        feed.text = "Threads:\n#2 “Of “doors” by night” by Ada, 1h, 2 replies:\n  #9 “no head” by x\n#3 “Tides” by you, 2h\n".into();
        why.activity.action_type = "reply".into();
        why.activity.details = serde_json::json!({ "content": "x", "thread_id": 3 });
        let told = |why: &WhyView| verdict(why).pop().unwrap();
        assert_eq!(told(&why), "2 threads lay before it; passed over: #2 Of “doors” by night");
        why.activity.action_type = "do_nothing".into();
        why.activity.details = serde_json::json!({ "reason": "nothing new" });
        assert_eq!(told(&why), "2 threads lay before it, none taken up: #3 Tides, #2 Of “doors” by night");
    }
}
