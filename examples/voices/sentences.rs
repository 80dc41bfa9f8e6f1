//! Sentences without what a template would fill in.

use std::collections::{BTreeSet, HashSet};

use botarium::domain::similarity::terms;

/// Stands for a quotation while a text is cut into sentences.
const QUOTATION: char = '\u{1}';
/// Fewer words than this are no sentence of anybody's own.
const FEWEST: usize = 4;
const NUMBERS: &str = "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen \
                       seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand \
                       million billion dozen twice";

/// A sentence as it stands, and its words without names, quotations, numbers and slot words.
pub struct Sentence {
    pub text: String,
    pub words: Vec<String>,
}

/// What is not counted as a word of a sentence's own.
pub struct Fillings {
    names: HashSet<String>,
    tags: HashSet<String>,
    numbers: HashSet<&'static str>,
}

impl Fillings {
    pub fn new(names: &BTreeSet<String>, tags: &BTreeSet<String>) -> Self {
        let names = names.iter().flat_map(|name| words(name)).filter(|word| !terms(word).is_empty());
        Self {
            names: names.collect(),
            tags: tags.iter().flat_map(|tag| content_words(tag)).collect(),
            numbers: NUMBERS.split_whitespace().collect(),
        }
    }

    /// The sentences of a post in a thread of this title.
    pub fn sentences(&self, text: &str, title: &str) -> Vec<Sentence> {
        let slots: HashSet<String> = content_words(title).collect();
        let sentences = split(text).into_iter().map(|text| {
            let mut kept: Vec<String> = Vec::new();
            for word in words(&text) {
                let mark = self.mark(&word, &slots);
                if mark.is_none_or(|mark| kept.last().is_none_or(|last| last != mark)) {
                    kept.push(mark.map_or(word, str::to_owned));
                }
            }
            Sentence { text, words: kept }
        });
        sentences.filter(|sentence| sentence.words.len() >= FEWEST).collect()
    }

    fn mark(&self, word: &str, slots: &HashSet<String>) -> Option<&'static str> {
        let plain = singular(word);
        if word.starts_with(QUOTATION) {
            Some("“”")
        } else if self.names.contains(word) {
            Some("@")
        } else if word.contains(|c: char| c.is_ascii_digit()) || self.numbers.contains(word) {
            Some("#")
        } else if slots.contains(plain) || self.tags.contains(plain) {
            Some("_")
        } else {
            None
        }
    }
}

/// Words with a topic in them, in the singular.
fn content_words(text: &str) -> impl Iterator<Item = String> {
    words(text).into_iter().filter(|word| !terms(word).is_empty()).map(|word| singular(&word).to_owned())
}

/// A word without the ending of its plural.
pub fn singular(word: &str) -> &str {
    word.strip_suffix('s').filter(|rest| rest.len() >= 3 && !rest.ends_with('s')).unwrap_or(word)
}

/// Lower-case words; a possessive is the word itself.
pub fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '’' | QUOTATION)))
        .map(|word| {
            let word = word.trim_end_matches("'s").trim_end_matches("’s");
            word.chars().filter(|c| !matches!(c, '\'' | '’')).collect::<String>().to_lowercase()
        })
        .filter(|word| !word.is_empty())
        .collect()
}

/// The text without what is quoted in it.
pub fn unquoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['“', '"']) {
        let (before, from) = rest.split_at(at);
        let (close, open) = if from.starts_with('“') { ('”', '“') } else { ('"', '"') };
        let inner = &from[open.len_utf8()..];
        let Some(end) = inner.find(close) else { break };
        out.push_str(before);
        out.push(QUOTATION);
        let after = &inner[end + close.len_utf8()..];
        // “…?” She …: the quotation ends the sentence around it.
        let ends = inner[..end].ends_with(['.', '!', '?', '…']);
        let next = after.trim_start().chars().next();
        out.push(if ends && next.is_some_and(char::is_uppercase) { '.' } else { ' ' });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The sentences of a text, quotations replaced by a mark.
pub fn split(text: &str) -> Vec<String> {
    let text = unquoted(text);
    let mut found = Vec::new();
    let mut sentence = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        sentence.push(c);
        let ends = matches!(c, '.' | '!' | '?' | '…' | '\n')
            && chars.peek().is_none_or(|next| next.is_whitespace() || matches!(next, ')' | '”'));
        if ends {
            found.push(std::mem::take(&mut sentence));
        }
    }
    found.push(sentence);
    found.into_iter().map(|s| s.trim().to_owned()).filter(|s| s.contains(char::is_alphanumeric)).collect()
}

/// A sentence as a person reads it.
pub fn readable(sentence: &str) -> String {
    sentence.replace(QUOTATION, "“…”")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(text: &str, title: &str) -> Vec<String> {
        let set = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let fillings = Fillings::new(&set(&["Ada", "Rex"]), &set(&["tides"]));
        fillings.sentences(text, title).into_iter().map(|s| s.words.join(" ")).collect()
    }

    #[test]
    fn what_a_template_fills_in_is_not_compared() {
        let one = normal("Ada, “bread rises” is what I keep of 3 loaves. Fine.", "On bread and yeast");
        let other =
            normal("Rex, “the moon pulls! Twice.” is what I keep of twelve tides. Good!", "Why the sea");
        assert_eq!(one, ["@ “” is what i keep of # loaves"]);
        assert_eq!(other, ["@ “” is what i keep of # _"]);
        assert_eq!(
            normal("What does Ada's bread owe to yeast?", "On bread and yeast"),
            ["what does @ _ owe to _"]
        );
    }

    #[test]
    fn a_quotation_may_end_the_sentence_around_it() {
        let cut = split("You said “is it so?” I say it is. He wrote \"no\" and left");
        assert_eq!(cut.len(), 3, "{cut:?}");
        assert_eq!(readable(&cut[0]), "You said “…”.");
        assert_eq!(split("Never closed: “so it goes. On."), ["Never closed: “so it goes.", "On."]);
        assert_eq!(split("About 3.5 metres. … — !"), ["About 3.5 metres."]);
    }
}
