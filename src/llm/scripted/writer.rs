//! Building a post: sentences from a voice's forms and an issue's parts, none of them said lately.

use super::bank::{self, Line};
use super::draw::Draw;
use super::grammar::{Slots, append, capitalise, fill, within};
use super::issues::{self, Issue, Side, Text};
use super::persona::Voice;
use super::temper::{Address, Temper};
use super::view::View;
use super::voices::{self, Move};
use crate::domain::said;

/// Own posts within which a bot says nothing twice.
const OWN: u32 = 300;
/// Posts of the room within which nobody says what another said.
const ROOM: u32 = 220;

/// Whether a case is one thing, so that it takes a singular verb.
fn is_one(case: &str) -> bool {
    case.starts_with("a ") || case.starts_with("an ") || case.starts_with("the ")
}

/// A particular as it goes on after a colon: only words that are no names lose their capital.
pub(super) fn lowered(text: &str) -> String {
    let mut words = text.split([' ', ',']);
    let (first, next) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    if !next.starts_with(char::is_uppercase) && bank::is_common(first) {
        super::grammar::uncapital(text)
    } else {
        text.to_owned()
    }
}

/// A post in the making.
pub(super) struct Writer<'w, 'v> {
    pub view: &'w View<'v>,
    pub temper: Temper,
    pub voice: Voice,
    pub out: String,
    /// Whom it speaks to; empty for nobody in particular.
    pub name: &'w str,
    /// What was said in the thread or in this post: not to be said again here.
    pub near: Vec<&'static str>,
    issue: Option<usize>,
    side: Side,
}

impl<'w, 'v> Writer<'w, 'v> {
    pub fn new(view: &'w View<'v>, name: &'w str, draw: &mut Draw) -> Self {
        let voice = Voice::ALL[draw.weighted(&view.persona.manner()).unwrap_or(0)];
        Self {
            view,
            temper: Temper::of(&view.persona),
            voice,
            out: String::with_capacity(400),
            name,
            near: Vec::new(),
            issue: None,
            side: Side::For,
        }
    }

    /// What it speaks about, and on which side.
    pub fn on(&mut self, issue: usize, side: Side) {
        (self.issue, self.side) = (Some(issue), side);
    }

    fn issue(&self) -> Option<&'static Issue> {
        self.issue.map(issues::issue)
    }

    /// How fresh `text` is: `None` when it was said too lately, else how many posts ago at least.
    pub fn fresh(&self, text: &Text) -> Option<u32> {
        if self.near.contains(&text.text) {
            return None;
        }
        let Some(print) = text.print else { return Some(ROOM + 1) };
        match (self.view.scene.told.ago(print), self.view.scene.heard.ago(print)) {
            (Some(own), _) if own <= OWN => None,
            (_, Some(room)) if room <= ROOM => None,
            (_, Some(room)) => Some(room),
            (_, None) => Some(u32::MAX),
        }
    }

    /// The freshest of `texts`; chance decides between those that are equally so.
    fn freshest<'t>(&self, texts: impl Iterator<Item = &'t Text>, draw: &mut Draw) -> Option<&'static str> {
        let mut best: Option<(u32, &'static str)> = None;
        let mut equal = 0;
        for text in texts {
            let Some(age) = self.fresh(text) else { continue };
            match best {
                Some((other, _)) if other > age => {}
                Some((other, _)) if other == age => {
                    equal += 1;
                    if draw.below(equal) == 0 {
                        best = Some((age, text.text));
                    }
                }
                _ => {
                    best = Some((age, text.text));
                    equal = 1;
                }
            }
        }
        best.map(|(_, text)| text)
    }

    /// A reason for the side taken.
    pub fn reason(&self, draw: &mut Draw) -> Option<&'static str> {
        self.freshest(self.issue()?.reasons(self.side), draw)
    }

    /// A reason of the other side, to be asked about.
    pub fn doubtful(&self, draw: &mut Draw) -> Option<&'static str> {
        self.freshest(self.issue()?.reasons(self.side.other()), draw)
    }

    /// The reply to the reason numbered `turn` of the other side, if it can still be given.
    pub fn counter(&self, turn: usize) -> Option<&'static str> {
        let text = &self.issue()?.turns.get(turn)?[self.side as usize];
        self.fresh(text).map(|_| text.text)
    }

    /// A case, somebody who knows: of the issue.
    fn thing(&self, of: fn(&Issue) -> &[Text], draw: &mut Draw) -> Option<&'static str> {
        self.freshest(of(self.issue()?).iter(), draw)
    }

    /// An issue that lies near, or that the bot cares about, other than the one at hand.
    pub fn elsewhere(&self, draw: &mut Draw) -> Option<usize> {
        let here = self.issue().and_then(|issue| issue.at);
        let near = here.map_or(&[][..], bank::near);
        let own = &self.view.persona.topics;
        let topic = if !own.is_empty() && (near.is_empty() || draw.chance(55)) {
            draw.pick(own)
        } else if near.is_empty() {
            bank::ROOM + draw.below(bank::count() - bank::ROOM)
        } else {
            draw.pick(near)
        };
        issues::of_topic(topic).filter(|other| Some(*other) != self.issue)
    }

    /// Makes a move, if there is a sentence for it that has not been said lately. `theirs` is what the one
    /// spoken to said; `reason` is what to say, when that is settled.
    pub fn say(&mut self, kind: Move, theirs: &str, reason: Option<&'static str>, draw: &mut Draw) -> bool {
        self.say_about(kind, theirs, reason, "", draw)
    }

    /// As [`Writer::say`], about an event or something else that has a title.
    pub fn say_about(
        &mut self,
        kind: Move,
        theirs: &str,
        reason: Option<&'static str>,
        matter: &str,
        draw: &mut Draw,
    ) -> bool {
        let Some(issue) = self.issue() else { return false };
        for attempt in 0..7 {
            let voice = if attempt < 5 {
                self.voice
            } else {
                Voice::ALL[draw.weighted(&self.view.persona.manner()).unwrap_or(0)]
            };
            // Nobody who minds that much puts an objection gently.
            let sharp = self.temper.heat >= 60
                && matches!(
                    kind,
                    Move::Object | Move::Hold | Move::Decline | Move::Agree | Move::Deny | Move::Affirm
                );
            let voice = if sharp && voice == Voice::Gentle { Voice::Bold } else { voice };
            // Nobody who would rather not puts it bluntly.
            let mild = self.temper.heat <= 20 && matches!(kind, Move::Object | Move::Hold | Move::Deny);
            let voice = if mild && voice == Voice::Bold { Voice::Gentle } else { voice };
            let forms = voices::sentences(voice, kind);
            let mut form = forms[draw.below(forms.len())];
            // What somebody said is rather taken up than passed over.
            if !theirs.is_empty() && !form.contains("{x}") && draw.chance(40) {
                form = forms[draw.below(forms.len())];
            }
            for _ in 0..3 {
                if !self.temper.uses(form) || self.worn(form) {
                    form = forms[draw.below(forms.len())];
                }
            }
            if self.worn(form) {
                continue;
            }
            let has = |slot: &str| form.contains(slot);
            let mut used: [Option<&'static str>; 8] = [None; 8];
            let reason = if has("{r}") { reason.or_else(|| self.reason(draw)) } else { None };
            used[0] = reason;
            let shaded = reason.map(|reason| self.temper.shade(reason, draw)).unwrap_or_default();
            if has("{s}") {
                used[1] =
                    self.freshest(issue.reasons(self.side).filter(|text| Some(text.text) != reason), draw);
            }
            let claim = &issue.sides[self.side as usize];
            let against = &issue.sides[self.side.other() as usize];
            // What one holds may be said again sooner than why one holds it, but not in every post.
            let claimable = |text: &Text| {
                let recent = text
                    .print
                    .and_then(|print| self.view.scene.told.ago(print))
                    .is_some_and(|ago| ago <= OWN);
                (!recent && !self.near.contains(&text.text)).then_some(text.text)
            };
            if has("{c}") {
                used[2] = claimable(claim);
            }
            if has("{d}") {
                used[3] = claimable(against);
            }
            if has("{k}") {
                used[4] = self.thing(|issue| &issue.cases, draw);
            }
            if has("{ks}") {
                used[4] = self.thing(|issue| &issue.cases, draw).filter(|case| is_one(case));
            }
            if has("{f}") {
                used[5] = self.thing(|issue| &issue.people, draw);
            }
            if has("{p}") {
                used[6] = self.freshest(issue.tests.iter(), draw);
            }
            if has("{mid}") {
                used[7] = self.freshest(issue.mids.iter(), draw);
            }
            let mut other = None;
            if (has("{e}") || has("{j}") || has("{t}"))
                && let Some(at) = self.elsewhere(draw).map(issues::issue)
            {
                let held = self.freshest(at.turns.iter().flatten(), draw);
                let case = self.freshest(at.cases.iter(), draw);
                other = at.at.map(|topic| (bank::topic(topic), held, case));
            }
            // What one promises to look up is what is talked of.
            if kind == Move::Promise {
                other = issue.at.map(|topic| (bank::topic(topic), None, None));
            }
            let slots = Slots {
                name: self.name,
                claim: used[2].unwrap_or(""),
                against: used[3].unwrap_or(""),
                reason: &shaded,
                second: used[1].unwrap_or(""),
                theirs,
                quote: theirs,
                case: used[4].unwrap_or(""),
                one_case: used[4].unwrap_or(""),
                person: used[5].unwrap_or(""),
                test: used[6].unwrap_or(""),
                mid: used[7].unwrap_or(""),
                matter,
                topic: other.map_or("", |(topic, _, _)| topic.name),
                many: other.is_some_and(|(topic, _, _)| topic.many),
                elsewhere: other.and_then(|(_, held, _)| held).unwrap_or(""),
                other_case: other.and_then(|(_, _, case)| case).unwrap_or(""),
                ..Slots::default()
            };
            if !slots.fit(form) {
                continue;
            }
            let mut sentence = String::new();
            fill(&mut sentence, &self.temper.spoken(form), &slots, draw);
            let sentence = if kind == Move::Pass { sentence } else { self.temper.joint(sentence, draw) };
            let ends_on_reason = form.ends_with("{r}.");
            let mut sentence = self.temper.tinge(sentence, (voice, kind), ends_on_reason, self.name, draw);
            if self.spoken(&sentence) {
                continue;
            }
            if self.out.is_empty() {
                sentence = self.temper.begun(sentence, kind, draw);
            }
            self.address(&mut sentence, draw);
            append(&mut self.out, &sentence);
            self.near.extend(used.into_iter().flatten());
            self.near.extend(other.into_iter().flat_map(|(_, held, case)| [held, case]).flatten());
            return true;
        }
        false
    }

    /// Whether `sentence` was said lately, by anybody and to anybody.
    pub fn spoken(&self, sentence: &str) -> bool {
        said::sentence(sentence).is_some_and(|print| {
            self.view.scene.told.ago(print).is_some() || self.view.scene.heard.ago(print).is_some()
        })
    }

    /// Puts the name of the one spoken to at the beginning, where the post does not have it yet.
    fn address(&self, sentence: &mut String, draw: &mut Draw) {
        if self.name.is_empty() || self.out.contains(self.name) || sentence.contains(self.name) {
            return;
        }
        let last = self.temper.address == Address::Last || draw.chance(10);
        if last && sentence.ends_with('.') && !sentence.contains([':', ';']) && sentence.len() < 120 {
            sentence.pop();
            sentence.push_str(&format!(", {}.", self.name));
            return;
        }
        *sentence = match self.temper.address {
            Address::First | Address::Last => format!("{}, {}", self.name, within(sentence)),
            Address::Colon => format!("{}: {}", self.name, within(sentence)),
            Address::Dash => format!("{} — {}", self.name, within(sentence)),
            Address::Hey => format!("Hey {}, {}", self.name, within(sentence)),
            Address::Call => format!("{}! {}", self.name, sentence),
            Address::Friend => format!("{}, my friend, {}", self.name, within(sentence)),
            Address::Dear => format!("Dear {}, {}", self.name, within(sentence)),
        };
        capitalise(sentence, 0);
    }

    /// Adds a line of the bank, if nobody has said it lately.
    pub fn line(&mut self, line: Line, draw: &mut Draw) -> bool {
        let text = line.text();
        if self.heard_line(line) {
            return false;
        }
        let mut sentence = text.to_owned();
        self.address(&mut sentence, draw);
        append(&mut self.out, &sentence);
        true
    }

    /// Tells a particular, turning to it first, if nobody has told it lately.
    pub fn tell(&mut self, line: Line, draw: &mut Draw) -> bool {
        if self.heard_line(line) {
            return false;
        }
        let forms = voices::sentences(self.voice, Move::Tell);
        let start = draw.below(forms.len());
        let form =
            (0..forms.len()).map(|step| forms[(start + step) % forms.len()]).find(|form| !self.worn(form));
        let Some(form) = form else { return self.line(line, draw) };
        let fact = if form.contains(':') { lowered(line.text()) } else { line.text().to_owned() };
        let mut sentence = String::new();
        fill(&mut sentence, form, &Slots { fact: &fact, ..Slots::default() }, draw);
        self.address(&mut sentence, draw);
        append(&mut self.out, &sentence);
        self.near.push(line.text());
        true
    }

    /// Whether the bot has used a form in its last posts, by the longest of what stands in it between places.
    fn worn(&self, form: &'static str) -> bool {
        self.view.worn.contains(&form)
            || (!self.out.is_empty()
                && voices::literal(form).is_some_and(|literal| self.out.contains(literal)))
    }

    /// Whether a line of the bank was said within what the room remembers, or in this post.
    pub fn heard_line(&self, line: Line) -> bool {
        let text = line.text();
        let print = line.print();
        self.out.contains(text)
            || self.near.contains(&text)
            || print.is_some_and(|print| {
                self.view.scene.told.ago(print).is_some() || self.view.scene.heard.ago(print).is_some()
            })
    }

    /// A particular of the topic, or of one near it, that nobody has told within what the room remembers.
    pub fn untold(&self, topic: usize, draw: &mut Draw) -> Option<Line> {
        let of = |topic: usize| {
            (0..bank::topic(topic).seeds.len()).map(move |seed| Line { topic, seed, kind: bank::Kind::Say })
        };
        let start = draw.below(4);
        let mut found: Vec<Line> = of(topic).filter(|line| !self.heard_line(*line)).collect();
        if found.is_empty() && draw.chance(30) {
            found = bank::near(topic)
                .iter()
                .filter(|near| **near >= bank::ROOM)
                .flat_map(|near| of(*near))
                .filter(|line| !self.heard_line(*line))
                .collect();
        }
        (!found.is_empty()).then(|| found[start % found.len()])
    }

    /// How many words there are so far.
    pub fn words(&self) -> usize {
        super::grammar::length(&self.out)
    }
}
