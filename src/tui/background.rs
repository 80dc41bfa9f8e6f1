//! Whether the terminal is light or dark: asked of the terminal itself (OSC 11), and its answer taken
//! out of what comes in.
//!
//! The answer arrives among the keys, some time or never, and perhaps in pieces. Nobody waits for it: what
//! only began like an answer is handed on as the keys it was, a moment later.

use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use tokio::time::Instant;

/// What the terminal is asked. Terminals that do not know the question ignore it.
pub const QUESTION: &[u8] = b"\x1b]11;?\x07";

/// How long leaving waits for an answer on its way: afterwards the shell would get it as typed text.
const LEAVING: Duration = Duration::from_millis(500);

/// How long the rest of an answer takes that came in pieces; a key is held back no longer.
const REST: Duration = Duration::from_millis(40);

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
    /// When the last part came.
    heard: Option<Instant>,
    /// An escape came that may be the first half of a part, or the last one's.
    escape: bool,
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
        self.heard = Some(Instant::now());
        // What is read in two pieces may be split inside an escape sequence: `ESC` alone, then the rest.
        let escaped = std::mem::take(&mut self.escape);
        if is_escape(&key) && (self.text.is_empty() && self.held.is_empty() || self.text.starts_with(CERTAIN))
        {
            self.escape = true;
            self.held.push(event);
            return Heard::Part;
        }
        let c = match char_of(&key) {
            Some('\\') if escaped => Some(END),
            c => c,
        };
        if c == Some(END) && self.text.starts_with(CERTAIN) {
            let light = is_light(self.text.trim_start_matches(CERTAIN));
            self.open -= 1;
            self.give_up();
            return Heard::Answer(light);
        }
        if escaped && c != Some(']') {
            let mut events = self.give_up();
            events.push(event);
            return Heard::Events(events);
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

    /// Until when the rest of what is held may come.
    pub fn holds_until(&self) -> Option<Instant> {
        self.heard.filter(|_| self.holds_keys()).map(|at| at + REST)
    }

    /// What is held was no answer.
    pub fn give_up(&mut self) -> Vec<Event> {
        self.text.clear();
        self.escape = false;
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

fn is_escape(key: &KeyEvent) -> bool {
    key.code == KeyCode::Esc && key.kind == KeyEventKind::Press && key.modifiers.is_empty()
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
    fn an_answer_in_pieces_is_no_keys() {
        let esc = || Event::Key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
        // As crossterm reads it when it is split inside its first two bytes, inside its last two, inside both.
        let first = [vec![esc()], plain("]11;rgb:1e1e/1e1e/2e2e"), vec![key('g', KeyModifiers::CONTROL)]];
        let last =
            [vec![key(']', KeyModifiers::ALT)], plain("11;rgb:1e1e/1e1e/2e2e"), vec![esc()], plain("\\")];
        let both = [vec![esc()], plain("]11;rgb:1e1e/1e1e/2e2e"), vec![esc()], plain("\\")];
        for pieces in [first.concat(), last.concat(), both.concat()] {
            let mut events = plain("j");
            events.extend(pieces);
            events.extend(plain("k"));
            assert_eq!(feed(&mut listener(), events), (vec![false], plain("jk")));
        }
        // An escape is a key when nothing follows, and when something else does.
        let mut held = listener();
        assert_eq!(held.hear(esc()), Heard::Part);
        assert!(held.holds_until().is_some());
        assert_eq!(held.give_up(), vec![esc()]);
        assert_eq!(feed(&mut listener(), vec![esc(), plain("j").remove(0)]).1.len(), 2);
        assert_eq!(feed(&mut listener(), vec![esc(), esc()]).1.len(), 2);
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
