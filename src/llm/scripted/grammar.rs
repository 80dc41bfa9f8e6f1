//! Small grammar: filling templates, upper and lower case, articles, ends of sentences.
//!
//! A template has slots such as `{n}` and choices such as `[one|another]`.

use super::draw::Draw;

/// What a template's slots stand for. Empty means that there is nothing to put in.
#[derive(Clone, Default)]
pub(super) struct Slots<'a> {
    /// `{n}`: who is answered.
    pub name: &'a str,
    /// `{q}`: what they said, without quotation marks.
    pub quote: &'a str,
    /// `{t}`: the topic.
    pub topic: &'a str,
    /// Whether the topic takes a plural verb (`{is}`, `{has}`, `{does}`).
    pub many: bool,
    /// `{o}`: somebody else.
    pub other: &'a str,
    /// `{oi}`: what somebody else cares about.
    pub other_interest: &'a str,
    /// `{i}`: what the bot itself cares about.
    pub interest: &'a str,
    /// `{m}` in sentences of the shared lists: a memory, an event, a title.
    pub matter: &'a str,
    /// `{c}`: the side that is taken.
    pub claim: &'a str,
    /// `{d}`: the other side.
    pub against: &'a str,
    /// `{cs}` and `{ds}`: the two in short.
    pub short_claim: &'a str,
    pub short_against: &'a str,
    /// `{topic}`: what the issue at hand is about.
    pub about: &'a str,
    /// `{r}`: a reason.
    pub reason: &'a str,
    /// `{s}`: another reason.
    pub second: &'a str,
    /// `{y}`: a reason of the other side.
    pub other_reason: &'a str,
    /// `{x}`: what the other one said.
    pub theirs: &'a str,
    /// `{k}`: a case.
    pub case: &'a str,
    /// `{f}`: somebody who knows.
    pub person: &'a str,
    /// `{p}`: something to do together, after “let us”.
    pub test: &'a str,
    /// `{seen}` and `{else}`: what that would show if the side that is taken is right, and if the other is.
    pub seen: &'a str,
    pub unseen: &'a str,
    /// `{mid}`: what both sides can sign.
    pub mid: &'a str,
    /// `{ks}`: a case that is one thing.
    pub one_case: &'a str,
    /// `{fact}`: a particular, a whole sentence.
    pub fact: &'a str,
}

impl<'a> Slots<'a> {
    fn get(&self, key: &str) -> &'a str {
        match key {
            "n" => self.name,
            "q" => self.quote,
            "t" => self.topic,
            "o" => self.other,
            "oi" => self.other_interest,
            "i" => self.interest,
            "m" => self.matter,
            "c" => self.claim,
            "d" => self.against,
            "cs" => self.short_claim,
            "ds" => self.short_against,
            "topic" => self.about,
            "r" => self.reason,
            "s" => self.second,
            "y" => self.other_reason,
            "x" => self.theirs,
            "k" => self.case,
            "f" => self.person,
            "p" => self.test,
            "seen" => self.seen,
            "else" => self.unseen,
            "mid" => self.mid,
            "ks" => self.one_case,
            "fact" => self.fact,
            "is" if self.many => "are",
            "is" => "is",
            "has" if self.many => "have",
            "has" => "has",
            _ => "",
        }
    }

    /// Whether every slot of `template` can be filled.
    pub fn fit(&self, template: &str) -> bool {
        let mut rest = template;
        while let Some(open) = rest.find('{') {
            let Some(close) = rest[open..].find('}') else { return true };
            if self.get(&rest[open + 1..open + close]).is_empty() {
                return false;
            }
            rest = &rest[open + close + 1..];
        }
        true
    }
}

/// Fills `template` and appends it to `out`, as a sentence: after a space, with a capital.
pub(super) fn fill(out: &mut String, template: &str, slots: &Slots<'_>, draw: &mut Draw) {
    if !out.is_empty() && !out.ends_with([' ', '\n']) {
        out.push(' ');
    }
    let begin = out.len();
    expand(out, template, slots, draw);
    capitalise(out, begin);
}

fn expand(out: &mut String, template: &str, slots: &Slots<'_>, draw: &mut Draw) {
    let mut rest = template;
    while let Some(at) = rest.find(['{', '[']) {
        out.push_str(&rest[..at]);
        let closing = if rest.as_bytes()[at] == b'{' { '}' } else { ']' };
        let Some(length) = rest[at..].find(closing) else {
            out.push_str(&rest[at..]);
            return;
        };
        let inner = &rest[at + 1..at + length];
        if closing == '}' {
            let value = slots.get(inner);
            let begin = out.len();
            let opens = out.ends_with(". ") || out.ends_with("? ") || out.ends_with("! ");
            if inner == "q" {
                out.push('“');
                out.push_str(value);
                out.push('”');
            } else {
                out.push_str(value);
            }
            if opens {
                capitalise(out, begin);
            }
        } else {
            let count = inner.split('|').count();
            let choice = inner.split('|').nth(draw.below(count)).unwrap_or(inner);
            expand(out, choice, slots, draw);
        }
        rest = &rest[at + length + 1..];
    }
    out.push_str(rest);
}

/// Appends a finished sentence (or several) after a space.
pub(super) fn append(out: &mut String, sentence: &str) {
    if !out.is_empty() && !out.ends_with([' ', '\n']) {
        out.push(' ');
    }
    out.push_str(sentence);
}

/// Puts the first letter of `text[from..]` in upper case, inside a leading quotation too.
pub(super) fn capitalise(text: &mut String, from: usize) {
    let from = from + if text[from..].starts_with('“') { '“'.len_utf8() } else { 0 };
    if let Some(first) = text[from..].chars().next()
        && first.is_lowercase()
    {
        let upper: String = first.to_uppercase().collect();
        text.replace_range(from..from + first.len_utf8(), &upper);
    }
}

/// `text` without its capital.
pub(super) fn uncapital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// `text` with a capital.
pub(super) fn capital(text: &str) -> String {
    let mut text = text.to_owned();
    capitalise(&mut text, 0);
    text
}

/// `text` as it goes on within a sentence: lower case, unless it begins with `I` or with a name.
pub(super) fn within(text: &str) -> String {
    const NAMES: &[&str] = &[
        "Africa",
        "Amundsen",
        "Apollo",
        "Atlantic",
        "Bach",
        "Cantor",
        "Chesterton",
        "Chinese",
        "Darwin",
        "Dutch",
        "Earth",
        "English",
        "Euclid",
        "Europe",
        "European",
        "Franklin",
        "French",
        "German",
        "Goodhart",
        "Greek",
        "Goldbach",
        "Bayes",
        "Halley",
        "Iceland",
        "Inuit",
        "Japanese",
        "Krakatoa",
        "Latin",
        "London",
        "Mary",
        "Mercator",
        "Millikan",
        "Newton",
        "Pacific",
        "Paris",
        "Polynesian",
        "Roman",
        "Rome",
        "Scott",
        "Shackleton",
        "Tuesday",
        "Turing",
        "Venice",
        "Voyager",
    ];
    let first = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
    let mut letters = first.chars();
    let (Some(one), two) = (letters.next(), letters.next()) else { return text.to_owned() };
    let keeps = !one.is_uppercase()
        || first == "I"
        || two.is_some_and(char::is_uppercase)
        || NAMES.contains(&first)
        || super::issues::is_name(first);
    if keeps {
        return text.to_owned();
    }
    uncapital(text)
}

/// `text` without the punctuation at its end.
pub(super) fn bare(text: &str) -> &str {
    text.trim().trim_end_matches(['.', '!', '?', ',', ';', ':', '…', ' '])
}

/// The first sentence of `text`, at most `words` words of it; cut ends are marked.
pub(super) fn first_sentence(text: &str, words: usize) -> String {
    let text = text.trim();
    let mut end = text.len();
    for (at, c) in text.char_indices() {
        let rest = &text[at + c.len_utf8()..];
        // An initial or a decimal point does not end a sentence.
        let ends = matches!(c, '.' | '!' | '?')
            && (rest.is_empty() || rest.starts_with(' '))
            && text[..at].chars().rev().take_while(|c| c.is_alphanumeric()).count() > 1;
        if ends {
            end = at;
            break;
        }
    }
    let sentence = bare(&text[..end]);
    match sentence.split_whitespace().nth(words) {
        None => sentence.to_owned(),
        Some(next) => {
            // `next` is a slice of `sentence`, so the difference is where it begins.
            let at = next.as_ptr() as usize - sentence.as_ptr() as usize;
            format!("{}…", bare(&sentence[..at]))
        }
    }
}

/// How many words `text` has.
pub(super) fn length(text: &str) -> usize {
    text.split_whitespace().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_slots_and_choices() {
        let slots = Slots {
            name: "Ada",
            quote: "a tide is a promise",
            topic: "tides",
            many: true,
            ..Slots::default()
        };
        let mut out = String::from("Well.");
        fill(&mut out, "you said {q}, {n}; {t} {is} [slow|slow].", &slots, &mut Draw::new(1, "x", 1));
        assert_eq!(out, "Well. You said “a tide is a promise”, Ada; tides are slow.");
        assert!(slots.fit("{n} {q}") && !slots.fit("{o}"));
    }

    #[test]
    fn cuts_at_sentences_and_words() {
        assert_eq!(
            first_sentence("Rain, by A. Smith, fell 2.5 cm. Then sun.", 20),
            "Rain, by A. Smith, fell 2.5 cm"
        );
        assert_eq!(first_sentence("one two three four", 2), "one two…");
        assert_eq!(within("The sea"), "the sea");
        assert_eq!(within("I said"), "I said");
        assert_eq!(within("DNA is"), "DNA is");
        assert_eq!(within("Zeno's runner"), "Zeno's runner");
    }
}
