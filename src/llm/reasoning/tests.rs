use super::*;
use proptest::prelude::*;

const ACT: &str = r#"{"act": {"action": "do_nothing", "reason": "the answer"}}"#;
const DRAFT: &str =
    r#"Perhaps {"act": {"action": "vote", "thread_id": 3, "value": -1, "reason": "a draft"}}, but no."#;

/// Every form, with a draft in it.
fn leaks() -> Vec<String> {
    let mut all: Vec<String> = [
        ("<think>\n", "\n</think>\n\n"),
        ("<Think>", "</Think>"),
        ("<thinking>", "</thinking>"),
        ("<thought>\n", "\n</thought>\n"),
        ("<reasoning>", "</reasoning>"),
        ("<reflection>", "</reflection>"),
        ("<seed:think>", "</seed:think>"),
        ("<mm:think>", "</mm:think>"),
        ("<longcat_think>", "</longcat_think>"),
        ("<think effort=\"high\">", "</think>"),
        ("[THINK]", "[/THINK]"),
        ("◁think▷", "◁/think▷"),
        ("<|begin_of_thought|>", "<|end_of_thought|>\n<|begin_of_solution|>"),
        ("<|START_THINKING|>", "<|END_THINKING|><|START_RESPONSE|>"),
        ("<|inner_prefix|>", "<|inner_suffix|>"),
        ("<unused94>thought\n", "<unused95>"),
        ("<|channel>thought\n", "<channel|>"),
        ("<|channel>", "</channel|>"),
        ("<|channel>thought <channel|><|channel>thought\n", "<channel|>"),
        ("", "<channel|>"),
        ("<|think|>", "<|/think|>"),
        ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
        (
            "<|channel|>analysis<|message|>",
            "<|end|><|start|>assistant<|channel|>final <|constrain|>json<|message|>",
        ),
        (
            "<|channel|>analysis<|message|>",
            "<|channel|>commentary<|message|>so<|end|><|channel|>final<|message|>",
        ),
        ("<think>", "</think><answer>"),
        ("", "\n</think>\n\n"),
        ("", "[/THINK]"),
        ("", "◁/think▷"),
        ("", "<|end|><|start|>assistant<|channel|>final<|message|>"),
        ("analysis", "assistantfinal"),
        ("<think>a</think>\n<think>", "</think>"),
        ("&lt;think&gt;\n", "\n&lt;/think&gt;\n"),
        ("", "&lt;/think&gt;"),
        ("```thinking\n", "\n```\n"),
        ("```thinking\nso:\n```json\n", "\n```\nno.\n```\n"),
        ("````Reasoning\n", "\n````\n"),
        (":::thinking\n", "\n:::\n"),
        ("::: thought\n", "\n:::\n"),
        (
            "<details type=\"reasoning\" done=\"true\" duration=\"4\">\n<summary>Thought</summary>\n> ",
            "\n</details>\n",
        ),
    ]
    .iter()
    .map(|(open, close)| format!("{open}{DRAFT}{close}{ACT}"))
    .collect();
    let ends = [
        "</answer>",
        "<|return|>",
        "<|end|>",
        "</think>",
        "<|im_end|>",
        "<｜end▁of▁sentence｜>",
        "<|END_RESPONSE|>",
    ];
    let tails: Vec<String> = ends.iter().map(|end| format!("<think>{DRAFT}</think>{ACT}{end}")).collect();
    all.extend(tails);
    all
}

#[test]
fn the_answer_is_what_follows() {
    for leak in leaks() {
        let parts = split(&leak);
        assert_eq!(parts.answer, ACT, "{leak}");
        assert!(parts.thought.is_some_and(|thought| !thought.contains("the answer")), "{leak}");
    }
}

#[test]
fn what_is_unclosed_is_no_answer() {
    for open in [
        "<think>\n",
        "[THINK]",
        "◁think▷",
        "<|channel|>analysis<|message|>",
        "Sure. <think>",
        "<thought>",
        "```thinking\n",
        ":::thinking\n",
        "&lt;think&gt;",
        "<details type=\"reasoning\">\n",
    ] {
        let parts = split(&format!("{open}{DRAFT} so I should"));
        assert!(!parts.answer.contains('{'), "{open} {parts:?}");
        assert!(parts.thought.is_some_and(|thought| thought.contains("a draft")), "{open}");
    }
    assert_eq!(split(&format!("{DRAFT}\n</think>\n")).answer, "");
}

#[test]
fn text_that_only_speaks_of_marks_stays() {
    for text in [
        r#"{"act": {"action": "reply", "thread_id": 1, "content": "they write </think> and <think> and [THINK]"}}"#,
        "{\"act\": {\"content\": \"two\nlines with </think> in them\"}}",
        "I like the <think> tag.",
        "a < b and [brackets] and <b>bold</b>",
        "[thinking] well",
        "Write:\n```json\n{\"a\": 1}\n```\nor so",
        "```\nthinking\n```",
        "It is ```thinking``` in a fence.",
        "```thinking``` is a name",
        ":::note\nwell\n:::",
        "<details>\n<summary>more</summary>\nwell\n</details>",
        "a &lt; b &amp; c",
        "",
    ] {
        assert_eq!(split(text), Parts { answer: text.to_owned(), ..Parts::default() }, "{text}");
    }
}

fn live(text: &str, habit: Habit, cuts: &[usize]) -> String {
    let mut live = Live::new(habit);
    let (mut shown, mut from) = (String::new(), 0);
    for cut in cuts.iter().copied().chain([text.len()]) {
        let cut = text.floor_char_boundary(cut).max(from);
        shown.push_str(&live.feed(&text[from..cut]));
        from = cut;
    }
    shown.push_str(&live.end(&split(text).answer));
    shown
}

#[test]
fn nothing_of_it_is_shown_while_it_comes() {
    for leak in leaks() {
        for size in [1, 2, 7, 1_000] {
            let cuts: Vec<usize> = (0..leak.len()).step_by(size).collect();
            for habit in [Habit::Unknown, Habit::Headless] {
                let shown = live(&leak, habit, &cuts);
                assert!(!shown.contains("draft"), "{size} {leak} → {shown}");
                assert!(shown.contains("the answer"), "{size} {leak} → {shown}");
            }
        }
    }
}

/// Each mark once had the rest of the text looked through, and moved: what is read here in a second
/// would take hours.
#[test]
fn any_number_of_marks_is_read_in_one_pass() {
    for (piece, words) in [
        ("x <think> ", "x"),
        ("x </think> ", ""),
        ("x <answer> ", "x"),
        ("x <think> </think> ", "x"),
        ("{x <think> </think> ", "{x"),
        ("x <think", "x"),
    ] {
        let text = piece.repeat(400_000 / piece.len());
        let parts = split(&text);
        assert!(parts.answer.starts_with(words), "{piece}: {}", &parts.answer[..words.len()]);
        let shown = live(&text, Habit::Unknown, &[]);
        assert!(shown.len() <= text.len(), "{piece}");
    }
}

#[test]
fn a_fence_around_an_answer_is_shown() {
    let text = "Write:\n```json\n{\"a\": 1}\n```\nor ::: so";
    for size in [1, 5, 100] {
        let cuts: Vec<usize> = (0..text.len()).step_by(size).collect();
        assert_eq!(live(text, Habit::Plain, &cuts), text);
    }
}

#[test]
fn an_answer_is_shown_as_it_comes() {
    let mut plain = Live::new(Habit::Unknown);
    assert_eq!(plain.feed("{\"act\""), "{\"act\"");
    let mut trusted = Live::new(Habit::Plain);
    assert_eq!(trusted.feed("I am"), "I am");
    assert_eq!(trusted.feed(" well"), " well");
    let mut doubted = Live::new(Habit::Unknown);
    assert_eq!(doubted.feed("I am well"), "");
    assert_eq!(doubted.end("I am well"), "I am well");
}

proptest! {
    #[test]
    fn where_it_is_cut_makes_no_difference(leak in prop::sample::select(leaks()), cuts in prop::collection::vec(0usize..300, 0..8)) {
        let mut cuts = cuts;
        cuts.sort_unstable();
        let shown = live(&leak, Habit::Unknown, &cuts);
        prop_assert!(!shown.contains("draft"), "{}", shown);
    }

    #[test]
    fn junk_never_panics(text in "[\\PC<>|\\[\\]/{}\"a-z◁▷`:&;\\n]{0,200}", cuts in prop::collection::vec(0usize..200, 0..4)) {
        let parts = split(&text);
        prop_assert!(parts.answer.len() <= text.len());
        let mut cuts = cuts;
        cuts.sort_unstable();
        let _ = live(&text, Habit::Unknown, &cuts);
    }
}
