//! What an act rests on, in a few lines: of the memories that were in the prompt the heaviest, and the one whose words
//! the act takes up.

use crate::domain::activity::Told;
use crate::domain::similarity::terms;
use crate::protocol::{RecalledMemory, WhyView};

/// Words that an act and a memory must share before one is said to take up the other.
const SHARED: usize = 2;

/// The lines.
#[must_use]
pub fn verdict(reason: &WhyView) -> Vec<String> {
    let in_prompt = |memory: &&RecalledMemory| !matches!(memory.fate.as_str(), "no_room" | "too_large");
    let told: Vec<&RecalledMemory> = reason.memories.iter().filter(in_prompt).collect();
    let recalled = reason.memories.len();
    let Some(heaviest) = told.iter().max_by(|a, b| a.score.total_cmp(&b.score)) else {
        return vec![if recalled == 0 {
            "no memory took part".into()
        } else {
            format!("none of {recalled} memories was in the prompt")
        }];
    };
    let of = if recalled == 1 { "memory" } else { "memories" };
    let mut lines = vec![format!("{} of {recalled} {of} in the prompt", told.len())];
    match taken_up(reason, &told) {
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

fn quoted(what: &str, memory: &RecalledMemory) -> String {
    format!("{what}: “{}”", memory.text)
}

/// The memory that shares most words with what was said.
fn taken_up<'a>(reason: &WhyView, told: &[&'a RecalledMemory]) -> Option<&'a RecalledMemory> {
    let act = Told::of(&reason.activity.action_type, &reason.activity.details);
    let said = terms(&format!("{} {}", act.about, act.quote));
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
        assert_eq!(reason("Anything.", vec![left]), ["none of 1 memories was in the prompt"]);
        assert_eq!(reason("Anything.", Vec::new()), ["no memory took part"]);
    }
}
