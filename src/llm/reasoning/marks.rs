//! The marks around reasoning, and what each says.

/// The longest mark.
pub(super) const MARK_MAX: usize = 96;
/// What a mark can begin with.
pub(super) const STARTS: [char; 6] = ['<', '[', '◁', '&', '`', ':'];

/// What the marks say.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// Reasoning begins.
    Open,
    /// Reasoning is over.
    Close,
    /// The answer begins, whatever was before.
    Final,
    /// The end of a message: the end of reasoning, where that is under way.
    End,
    /// Belongs to the template and to nobody's text.
    Noise,
    /// A block of reasoning begins.
    Begin(Block),
    /// A block of something else begins.
    Inner(Block),
    /// What ends a block, and is text where none of its kind is under way.
    Shut(Block),
}

/// Blocks of ordinary text that some put their reasoning into.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// `<details type="reasoning">`.
    Details,
    /// Fenced by three backticks or more.
    Ticks,
    /// Fenced by three colons or more.
    Colons,
}

/// The block of reasoning under way, and how many others are open inside it.
#[derive(Default)]
pub(super) struct Within(Option<(Block, usize)>);

impl Within {
    /// What a mark means here: blocks become reasoning that opens or ends, or nothing (`None`).
    pub(super) fn settle(&mut self, mark: Mark, thinking: bool) -> Option<Mark> {
        match (mark, &mut self.0) {
            (Mark::Begin(block), under_way) if !thinking => {
                *under_way = Some((block, 0));
                Some(Mark::Open)
            }
            (Mark::Begin(block) | Mark::Inner(block), Some((outer, inside))) if thinking => {
                *inside += usize::from(block == *outer);
                None
            }
            (Mark::Shut(block), Some((outer, inside))) if thinking && block == *outer => {
                if *inside > 0 {
                    *inside -= 1;
                    return None;
                }
                self.0 = None;
                Some(Mark::End)
            }
            (Mark::Begin(_) | Mark::Inner(_) | Mark::Shut(_), _) => None,
            (Mark::Close | Mark::Final | Mark::End, under_way) => {
                *under_way = None;
                Some(mark)
            }
            (Mark::Open | Mark::Noise, _) => Some(mark),
        }
    }
}

/// The words for reasoning in marks.
const WORDS: [&str; 19] = [
    "think",
    "thinking",
    "thinks",
    "thought",
    "thoughts",
    "reasoning",
    "reason",
    "reflection",
    "scratchpad",
    "analysis",
    "cot",
    "chain_of_thought",
    "inner_monologue",
    "internal_monologue",
    "inner_thoughts",
    "deliberation",
    "longcat_think",
    "seed_think",
    "thought_process",
];
/// Marks around an answer.
const ANSWERS: [&str; 7] = ["answer", "response", "final", "final_answer", "solution", "output", "text"];

/// The mark that stands at `at`, and its length; `fresh` is whether `text` begins a line.
pub(super) fn mark(text: &str, at: usize, fresh: bool) -> Option<(Mark, usize)> {
    let rest = &text[at..];
    let near = &rest[..rest.floor_char_boundary(MARK_MAX)];
    if let Some((block, run)) = fence(near) {
        return begins_line(&text[..at], fresh).then(|| fenced(block, run, near)).flatten();
    }
    if let Some(inner) = near.strip_prefix("&lt;") {
        let inner = &inner[..inner.find("&gt;")?];
        let (closing, name) = match inner.strip_prefix('/') {
            Some(name) => (true, name),
            None => (false, inner),
        };
        return Some((named(&name.to_lowercase(), closing)?, inner.len() + "&lt;&gt;".len()));
    }
    if let Some(name) = near.strip_prefix("<|channel>") {
        let word = if name.starts_with("thought") { "thought".len() } else { 0 };
        return Some((Mark::Open, "<|channel>".len() + word));
    }
    if let Some(inner) = near.strip_prefix("<|") {
        return special(inner, near);
    }
    if let Some(inner) = near.strip_prefix("<｜") {
        let end = inner.find("｜>")?;
        return Some((Mark::Noise, "<｜".len() + end + "｜>".len()));
    }
    if let Some(end) = ["<channel|>", "</channel|>"].iter().find(|end| near.starts_with(**end)) {
        return Some((Mark::Close, end.len()));
    }
    let (open, close) = match near.chars().next()? {
        '<' => ('<', '>'),
        '[' => ('[', ']'),
        '◁' => ('◁', '▷'),
        _ => return None,
    };
    let inner = &near[open.len_utf8()..];
    let end = inner.find(close)?;
    let length = open.len_utf8() + end + close.len_utf8();
    let inner = &inner[..end];
    let (closing, name) = match inner.strip_prefix('/') {
        Some(name) => (true, name),
        None => (false, inner),
    };
    // Square brackets are common in prose; as marks they are written in capitals.
    if open == '[' && name.chars().any(|c| !c.is_ascii_uppercase()) {
        return None;
    }
    let kind = match name.trim() {
        "unused94" => Mark::Open,
        "unused95" => Mark::Close,
        "details" if closing => Mark::Shut(Block::Details),
        name if name.starts_with("details ") => {
            let lower = name.to_lowercase();
            let says =
                lower.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| WORDS.contains(&word));
            says.then_some(Mark::Begin(Block::Details))?
        }
        name => named(&name.to_lowercase(), closing)?,
    };
    Some((kind, length))
}

/// The fence that `near` begins with, and its length.
fn fence(near: &str) -> Option<(Block, usize)> {
    [('`', Block::Ticks), (':', Block::Colons)].into_iter().find_map(|(sign, block)| {
        let run = near.len() - near.trim_start_matches(sign).len();
        (run >= 3).then_some((block, run))
    })
}

/// What a fence at the beginning of a line is: with a name it opens, alone it ends.
fn fenced(block: Block, run: usize, near: &str) -> Option<(Mark, usize)> {
    let line = near[run..].split('\n').next().unwrap_or_default();
    let line = line.trim_end_matches('\r');
    if line.contains('`') {
        return None; // code within a line
    }
    let info = line.trim_start_matches([' ', '\t']);
    let end = info.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(info.len());
    let length = run + (line.len() - info.len()) + end;
    match &info[..end] {
        "" => info.is_empty().then_some((Mark::Shut(block), run)),
        name if WORDS.contains(&name.to_lowercase().as_str()) => Some((Mark::Begin(block), length)),
        _ => Some((Mark::Inner(block), length)),
    }
}

fn begins_line(before: &str, fresh: bool) -> bool {
    let before = before.trim_end_matches([' ', '\t']);
    if before.is_empty() { fresh } else { before.ends_with('\n') }
}

/// Whether what stands at `at`, and has come as far as `text` goes, may yet become a mark, or another one.
pub(super) fn may_go_on(text: &str, at: usize, fresh: bool) -> bool {
    let rest = &text[at..];
    let ended = |signs: &[char]| rest.contains(signs);
    match rest.chars().next() {
        Some('&') => {
            "&lt;".starts_with(rest)
                || (rest.starts_with("&lt;") && !ended(&['\n']) && !rest.contains("&gt;"))
        }
        Some(sign @ ('`' | ':')) => {
            !ended(&['\n']) && rest.chars().take(3).all(|c| c == sign) && begins_line(&text[..at], fresh)
        }
        _ => !ended(&['>', ']', '▷', '\n']),
    }
}

/// The mark with this name.
fn named(name: &str, closing: bool) -> Option<Mark> {
    let name = name.split([' ', '\t']).next().unwrap_or_default();
    let name = name.rsplit(':').next().unwrap_or_default();
    if WORDS.contains(&name) {
        return Some(if closing { Mark::Close } else { Mark::Open });
    }
    ANSWERS.contains(&name).then_some(Mark::Noise)
}

/// A mark such as `<|name|>`; `inner` is `near` without its beginning.
fn special(inner: &str, near: &str) -> Option<(Mark, usize)> {
    let end = inner.find("|>").filter(|end| *end <= 40)?;
    let length = "<|".len() + end + "|>".len();
    let name = inner[..end].to_lowercase();
    let rest = &near[length..];
    match name.as_str() {
        "channel" => {
            let channel: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let whole = match rest.find("<|message|>") {
                Some(at) => length + at + "<|message|>".len(),
                None => length + channel.len(),
            };
            let kind = if channel.eq_ignore_ascii_case("final") { Mark::Final } else { Mark::Open };
            return Some((kind, whole));
        }
        "start" | "im_start" | "start_header_id" => {
            let role = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
            return Some((Mark::Noise, length + role));
        }
        "end" | "return" | "call" => return Some((Mark::End, length)),
        "inner_prefix" => return Some((Mark::Open, length)),
        "inner_suffix" => return Some((Mark::Close, length)),
        _ => {}
    }
    let begun =
        ["begin_of_", "start_of_", "begin_", "start_"].iter().find_map(|head| name.strip_prefix(head));
    let ended = ["end_of_", "end_", "/"].iter().find_map(|head| name.strip_prefix(head));
    let word = ended.or(begun).unwrap_or(&name);
    Some((named(word, ended.is_some()).unwrap_or(Mark::Noise), length))
}
