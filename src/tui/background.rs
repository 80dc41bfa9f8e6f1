//! Whether the terminal is light or dark: asked of the terminal itself (OSC 11), and its answer taken
//! out of what comes in.
//!
//! The answer arrives among the keys, some time or never. Nobody waits for it, and no key is held
//! back for it: what only began like an answer is handed on as the keys it was.

use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use tokio::time::Instant;

/// What the terminal is asked. Terminals that do not know the question ignore it.
pub const QUESTION: &[u8] = b"\x1b]11;?\x07";

/// How long leaving waits for an answer on its way: afterwards the shell would get it as typed text.
const LEAVING: Duration = Duration::from_millis(500);

/// What no person types within one read; from here on it is an answer.
const CERTAIN: &str = "]11;";
/// More than any answer has.
const LONGEST: usize = 40;

/// Listens for the answer among what the terminal sends.
#[derive(Default)]
pub struct Listener {
    /// When the question was put last.
    asked: Option<Instant>,
    /// Answers still to come.
    open: u32,
    /// What may be the beginning of the answer.
    held: Vec<Event>,
    text: String,
}

/// What one more event was.
#[derive(Debug, PartialEq, Eq)]
pub enum Heard {
    /// It may belong to the answer; more is to come.
    Part,
    /// The end of the answer: whether the background is light, `None` when it names no colour.
    Answer(Option<bool>),
    /// Something else: these, in their order.
    Events(Vec<Event>),
}

impl Listener {
    /// The question was put.
    pub fn asked(&mut self) {
        self.asked = Some(Instant::now());
        self.open = self.open.saturating_add(1);
    }

    /// Takes in what the terminal sent.
    pub fn hear(&mut self, event: Event) -> Heard {
        if self.open == 0 {
            return Heard::Events(vec![event]);
        }
        let Event::Key(key) = event else { return Heard::Events(vec![event]) };
        let c = char_of(&key);
        if c == Some(END) && self.text.starts_with(CERTAIN) {
            let light = is_light(self.text.trim_start_matches(CERTAIN));
            self.open -= 1;
            self.give_up();
            return Heard::Answer(light);
        }
        let fits = c.is_some_and(|c| {
            self.text.push(c);
            CERTAIN.starts_with(&self.text) || self.text.starts_with(CERTAIN) && self.text.len() < LONGEST
        });
        if fits {
            self.held.push(event);
            return Heard::Part;
        }
        let mut events = self.give_up();
        if c == Some(']') && !events.is_empty() {
            // This one may be the beginning.
            self.text.push(']');
            self.held.push(event);
        } else {
            events.push(event);
        }
        Heard::Events(events)
    }

    /// Whether something is held that may be a key after all.
    pub fn holds_keys(&self) -> bool {
        !self.held.is_empty() && !self.text.starts_with(CERTAIN)
    }

    /// What is held was no answer.
    pub fn give_up(&mut self) -> Vec<Event> {
        self.text.clear();
        std::mem::take(&mut self.held)
    }

    /// Until when leaving waits for the answer.
    pub fn worth_waiting_until(&self) -> Option<Instant> {
        self.asked.filter(|_| self.open > 0).map(|at| at + LEAVING)
    }
}

/// Stands for either end of an answer.
const END: char = '\u{7}';

/// The character a key would be in an answer: `ESC ]` arrives as Alt-`]`, `ESC \` as Alt-`\`.
fn char_of(key: &KeyEvent) -> Option<char> {
    let KeyCode::Char(c) = key.code else { return None };
    if key.kind != KeyEventKind::Press {
        return None;
    }
    match (c, key.modifiers) {
        ('g', KeyModifiers::CONTROL) | ('\\', KeyModifiers::ALT) => Some(END),
        (']', KeyModifiers::ALT) => Some(c),
        (c, modifiers) if c.is_ascii() && (modifiers - KeyModifiers::SHIFT).is_empty() => Some(c),
        _ => None,
    }
}

/// Whether `rgb:RR/GG/BB` (one to four digits each) is nearer to white than to black for an eye.
fn is_light(color: &str) -> Option<bool> {
    let digits = color.strip_prefix("rgb:").or_else(|| color.strip_prefix("rgba:"))?;
    let mut channels = digits.split('/').map(|part| {
        let most = match part.len() {
            1 => 0xf,
            2 => 0xff,
            3 => 0xfff,
            4 => 0xffff,
            _ => return None,
        };
        Some(f64::from(u16::from_str_radix(part, 16).ok()?) / f64::from(most))
    });
    let (red, green, blue) = (channels.next()??, channels.next()??, channels.next()??);
    let luminance = 0.2126 * red.powf(2.2) + 0.7152 * green.powf(2.2) + 0.0722 * blue.powf(2.2);
    // The luminance of a grey that looks half as bright as white (L* = 50).
    Some(luminance > 0.184)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(c: char, modifiers: KeyModifiers) -> Event {
        Event::Key(KeyEvent::new(KeyCode::Char(c), modifiers))
    }

    fn plain(text: &str) -> Vec<Event> {
        text.chars().map(|c| key(c, KeyModifiers::NONE)).collect()
    }

    fn listener() -> Listener {
        let mut listener = Listener::default();
        listener.asked();
        listener
    }

    /// What came of it, and what was handed on.
    fn feed(listener: &mut Listener, events: Vec<Event>) -> (Vec<bool>, Vec<Event>) {
        let (mut answers, mut passed) = (Vec::new(), Vec::new());
        for event in events {
            match listener.hear(event) {
                Heard::Part => {}
                Heard::Answer(light) => answers.extend(light),
                Heard::Events(events) => passed.extend(events),
            }
        }
        (answers, passed)
    }

    #[test]
    fn an_answer_is_taken_out_of_the_keys_around_it() {
        for end in [key('g', KeyModifiers::CONTROL), key('\\', KeyModifiers::ALT)] {
            let mut events = plain("jk]");
            events.push(key(']', KeyModifiers::ALT));
            events.extend(plain("11;rgb:ffff/ffff/ffff"));
            events.push(end);
            events.extend(plain("]q"));
            assert_eq!(feed(&mut listener(), events), (vec![true], plain("jk]]q")));
        }
    }

    #[test]
    fn what_only_begins_like_an_answer_are_keys() {
        for text in ["]j", "]1x", "]11]", "]q"] {
            let mut listener = listener();
            let (answers, mut passed) = feed(&mut listener, plain(text));
            passed.extend(listener.give_up());
            assert_eq!((answers, passed), (vec![], plain(text)), "{text}");
        }
        let long = format!("]11;{}", "f".repeat(60));
        assert_eq!(feed(&mut listener(), plain(&long)), (vec![], plain(&long)));
        let mut held = listener();
        assert_eq!(held.hear(plain("]").remove(0)), Heard::Part);
        assert!(held.holds_keys());
        assert_eq!(held.give_up(), plain("]"));
        assert!(!held.holds_keys());
    }

    #[test]
    fn every_question_has_its_answer() {
        let answer =
            |color: &str| [plain(&format!("]11;{color}")), vec![key('g', KeyModifiers::CONTROL)]].concat();
        let mut listener = listener();
        listener.asked();
        let events = [answer("rgb:f/f/f"), plain("j"), answer("rgb:0/0/0")].concat();
        assert!(listener.worth_waiting_until().is_some());
        assert_eq!(feed(&mut listener, events), (vec![true, false], plain("j")));
        assert!(listener.worth_waiting_until().is_none());
        let late = answer("rgb:f/f/f");
        assert_eq!(feed(&mut listener, late.clone()), (vec![], late));
    }

    #[test]
    fn nothing_is_held_when_nothing_was_asked() {
        assert_eq!(feed(&mut Listener::default(), plain("]11;")), (vec![], plain("]11;")));
    }

    #[test]
    fn light_and_dark() {
        for (color, light) in [
            ("rgb:ffff/ffff/ffff", Some(true)),
            ("rgb:fd/f6/e3", Some(true)),
            ("rgb:0/0/0", Some(false)),
            ("rgb:1e1e/1e1e/2e2e", Some(false)),
            ("rgba:0000/0000/0000/ffff", Some(false)),
            ("rgb:00/00/ff", Some(false)),
            ("rgb:12345/0/0", None),
            ("rgb:1/2", None),
            ("white", None),
        ] {
            assert_eq!(is_light(color), light, "{color}");
        }
    }
}
