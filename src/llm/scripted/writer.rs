//! Building a post: sentences from a voice's forms and an issue's parts, none of them said lately.

mod choice;
mod picture;
mod telling;

use std::borrow::Cow;

use super::bank;
use super::draw::Draw;
use super::grammar::{Slots, append, fill};
use super::issues::{self, Issue, Side};
use super::persona::Voice;
use super::rules;
use super::temper::{Calls, HOTLY, MILD, Temper, says_no};
use super::view::View;
use super::voices::{self, Move};
use super::wording;
use crate::domain::said;

/// Own posts within which a bot says nothing twice.
const OWN: u32 = 300;
/// Posts of the room within which nobody says what another said.
const ROOM: u32 = 220;

/// Posts of the room within which no turn of speech of so many words that it is known again is heard twice.
const TURN: u32 = 36;

/// Characters of a reply and of an opening that others see: a question beyond them would be put to nobody.
const SEEN: usize = 296;
pub(super) const SEEN_OPENING: usize = 396;

/// How long ago a thing must have been said before it may be said again.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// Long ago, by anybody.
    Fresh,
    /// Long ago by the bot itself, a good while ago by others.
    Heard,
    /// A good while ago.
    Old,
    /// Anything that this post does not say already.
    Any,
}

impl Patience {
    /// Own posts, and posts of the room.
    const fn posts(self) -> (u32, u32) {
        match self {
            Self::Fresh => (OWN, ROOM),
            Self::Heard => (OWN, 50),
            Self::Old => (100, 70),
            Self::Any => (40, 24),
        }
    }
}

/// A reason and nothing else.
const BARE: &str = "{r}.";

/// From how much shyness on a bot says a thing as briefly as it can.
const TIMID: u32 = 80;

/// How often, in per cent, a bot says a thing in a sentence of its own rather than in one of its voice's.
const OWN_SENTENCES: u32 = 94;

/// Whether a case is one thing, so that it takes a singular verb.
fn is_one(case: &str) -> bool {
    case.starts_with("a ") || case.starts_with("an ") || case.starts_with("the ")
}

/// A particular as it goes on after a colon: only words that are no names lose their capital.
pub(super) fn lowered(text: &str) -> String {
    let mut words = text.split([' ', ',']);
    let (first, next) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    // “Every Thursday” is no name, “Old London” is.
    let placing =
        ["A", "An", "At", "By", "Every", "For", "From", "In", "No", "On", "The", "To"].contains(&first);
    if first != "I" && (placing || !next.starts_with(char::is_uppercase)) && bank::is_common(first) {
        super::grammar::uncapital(text)
    } else {
        text.to_owned()
    }
}

/// Whether a move of `kind` adds to the `last` one, so that a little word may say so.
const fn adds(last: Option<Move>, kind: Move) -> bool {
    match last {
        Some(Move::Figure | Move::Case | Move::Joke | Move::Scorn | Move::Tell | Move::Remark) | None => {
            false
        }
        Some(_) => matches!(kind, Move::More),
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
    /// Where it says so.
    pub calls: Calls,
    /// What was said in the thread or in this post: not to be said again here.
    pub near: Vec<&'static str>,
    /// Whether the one spoken to holds the other side.
    pub opposed: bool,
    /// Whether it may say again what it holds: to a person, who was not there.
    pub restates: bool,
    pub patience: Patience,
    /// What the last sentence does; of a line of the bank, that it is told or remarked.
    pub last: Option<Move>,
    /// Characters within which a question must end.
    pub seen: usize,
    /// What has been proposed, where that is spoken of.
    proposal: &'static str,
    /// Who did it, as the subject of a sentence.
    pub partners: String,
    /// The forms that this post is made with.
    used: Vec<&'static str>,
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
            calls: if name.is_empty() { Calls::Never } else { Calls::First },
            near: Vec::new(),
            opposed: false,
            restates: false,
            patience: Patience::Fresh,
            last: None,
            seen: SEEN,
            proposal: "",
            partners: String::new(),
            used: Vec::new(),
            issue: None,
            side: Side::For,
        }
    }

    /// What it speaks about, and on which side.
    pub fn on(&mut self, issue: usize, side: Side) {
        (self.issue, self.side) = (Some(issue), side);
    }

    /// The side it takes.
    pub const fn side(&self) -> Side {
        self.side
    }

    fn issue(&self) -> Option<&'static Issue> {
        self.issue.map(issues::issue)
    }

    /// Makes a move, if there is a sentence for it that has not been said lately. `theirs` is what the one
    /// spoken to said; `reason` is what to say, when that is settled.
    pub fn say(&mut self, kind: Move, theirs: &str, reason: Option<&'static str>, draw: &mut Draw) -> bool {
        self.say_about(kind, theirs, reason, "", draw)
    }

    /// May say again, in this post, what has been said: it speaks of it.
    pub const fn states(&mut self) {
        self.restates = true;
        self.patience = Patience::Heard;
    }

    /// Makes a move that is about what was proposed.
    pub fn say_of(&mut self, kind: Move, proposal: &'static str, draw: &mut Draw) -> bool {
        self.proposal = proposal;
        let done = self.say(kind, "", None, draw);
        self.proposal = "";
        done
    }

    /// Tells what came of `proposal`, made in the thread that is called `matter`.
    pub fn report(&mut self, proposal: &'static str, matter: &str, draw: &mut Draw) -> bool {
        self.proposal = proposal;
        let done = self.say_about(Move::Report, "", None, matter, draw);
        self.proposal = "";
        done
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
            // Nobody who minds that much puts a thing gently, and nobody who would rather not puts it bluntly.
            let voice = match voice {
                Voice::Gentle if self.temper.heat >= 60 => Voice::Bold,
                Voice::Dreamy | Voice::Wise if self.temper.heat >= HOTLY && kind.opposes() => Voice::Bold,
                Voice::Bold if self.temper.heat <= MILD => Voice::Gentle,
                voice => voice,
            };
            let own = if attempt < 5 { self.own(kind, !theirs.is_empty(), draw) } else { None };
            // Where a word of the bot's own leads to it, or none should, a reason stands for itself.
            let joins = adds(self.last, kind);
            let bare = kind == Move::More && (!joins || draw.chance(self.temper.links));
            let form = match own {
                _ if bare => BARE,
                Some(form) => form,
                None => match self.common(voice, kind, !theirs.is_empty(), draw) {
                    Some(form) => form,
                    None => continue,
                },
            };
            // The same joke with another name in it is the same joke, and a turn of speech is nobody's own that has
            // just been heard.
            let begun = said::clause(form.split('{').next().unwrap_or(""));
            let (own, room) = if kind == Move::Joke { (OWN, ROOM) } else { (0, TURN) };
            let (told, heard) = (&self.view.scene.told, &self.view.scene.heard);
            let lately = |ago: Option<u32>, posts: u32| ago.is_some_and(|ago| ago <= posts);
            if begun.is_some_and(|print| lately(told.ago(print), own) || lately(heard.ago(print), room)) {
                continue;
            }
            let has = |slot: &str| form.contains(slot);
            let mut used: [Option<&'static str>; 14] = [None; 14];
            let reason = if has("{r}") { reason.or_else(|| self.reason(draw)) } else { None };
            used[0] = reason;
            let shaded = reason.map(|reason| self.temper.shade(reason, draw)).unwrap_or_default();
            if has("{s}") {
                used[1] =
                    self.freshest(issue.reasons(self.side).filter(|text| Some(text.text) != reason), draw);
            }
            // What one holds may be said again sooner than why one holds it, but not in every post.
            // In a question, and in an answer to one, it must be said which view is meant.
            let named = matches!(kind, Move::Ask | Move::Wonder | Move::Call)
                || self.patience != Patience::Fresh
                || matches!(kind, Move::Find | Move::NotI | Move::Then);
            let (own, other) = (self.side, self.side.other());
            for (at, place, side, brief) in [
                (2, "{c}", own, false),
                (3, "{d}", other, false),
                (9, "{cs}", own, true),
                (10, "{ds}", other, true),
            ] {
                if has(place) {
                    used[at] = self.words_for(side, brief, named, draw);
                }
            }
            // A view that somebody put is taken up in other words.
            let view_of = issue.side_of(theirs).filter(|_| has("{x}"));
            used[11] = view_of.and_then(|side| self.words_for(side, true, true, draw));
            let theirs = used[11].unwrap_or(theirs);
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
                used[6] = Some(self.proposal).filter(|proposal| !proposal.is_empty());
                used[6] = used[6].or_else(|| self.freshest(issue.tests.iter(), draw));
                for (at, place, side) in [(12, "{seen}", own), (13, "{else}", other)] {
                    let shown = used[6].filter(|_| has(place)).and_then(|test| issue.shown(test, side));
                    used[at] = shown.map(|text| text.text).filter(|text| !self.near.contains(text));
                }
            }
            if has("{y}") {
                used[8] = self.doubtful(draw);
            }
            if has("{mid}") {
                used[7] = self.freshest(issue.mids.iter(), draw);
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
                short_claim: used[9].unwrap_or(""),
                short_against: used[10].unwrap_or(""),
                seen: used[12].unwrap_or(""),
                unseen: used[13].unwrap_or(""),
                about: issue.at.map_or("", |topic| bank::topic(topic).name),
                other_reason: used[8].unwrap_or(""),
                matter,
                other: &self.partners,
                ..Slots::default()
            };
            // “Ada says that …” is said only of somebody who does.
            let ascribes = kind == Move::Sum && has("{n}") && has("{ds}");
            if !slots.fit(form) || ascribes && !self.opposed {
                continue;
            }
            let mut sentence = String::new();
            let uncalled = self.uncalled(form);
            let mut said = wording::spoken(&self.temper.habit, &uncalled);
            // Only between the parts: within one, the words are not this bot's.
            if matches!(kind, Move::Object | Move::Answer | Move::Open | Move::Hold | Move::Decline) {
                said = self.temper.ordered(said);
            }
            let said =
                if kind == Move::Pass { said } else { self.temper.joint(said.into_owned(), draw).into() };
            fill(&mut sentence, &said, &slots, draw);
            let mut sentence = self.temper.tinge(sentence, (voice, kind), self.called(), draw);
            if self.spoken(&sentence) {
                continue;
            }
            self.place(&mut sentence, (kind, bare), draw);
            if !self.shows(&sentence) || self.spoken(&sentence) {
                continue;
            }
            append(&mut self.out, &sentence);
            self.last = Some(kind);
            self.used.push(form);
            self.near.extend(used.into_iter().flatten());
            return true;
        }
        false
    }

    /// Whether a question that is added now is seen by others; anything else may be too long.
    fn shows(&self, sentence: &str) -> bool {
        !sentence.ends_with('?') || self.out.chars().count() + sentence.chars().count() < self.seen
    }

    /// Whether `text` or one of its sentences was said lately, by anybody and to anybody.
    pub fn spoken(&self, text: &str) -> bool {
        let known =
            |print| self.view.scene.told.ago(print).is_some() || self.view.scene.heard.ago(print).is_some();
        let said = |sentence: &str| said::sentence(sentence).is_some_and(known);
        said(text) || rules::sentences(text).into_iter().any(said)
    }

    /// Fits a sentence to where it stands: first, with a little word or a name, or after others.
    fn place(&self, sentence: &mut String, (kind, bare): (Move, bool), draw: &mut Draw) {
        // A name stays one.
        if !self.partners.is_empty() && sentence.starts_with(&self.partners) {
            return;
        }
        if self.out.trim_end().is_empty() {
            *sentence = self.temper.begun(std::mem::take(sentence), (self.calls, self.name), draw);
        } else if bare && adds(self.last, kind) && !self.out.ends_with('\n') {
            *sentence = self.temper.linked(std::mem::take(sentence), &self.out, draw);
        }
    }

    /// The name that a sentence may call, if one may: once is enough, and often it is plain without.
    fn called(&self) -> &'w str {
        if self.calls == Calls::Never || self.out.contains(self.name) { "" } else { self.name }
    }

    /// A form without the name, unless it calls there whom it answers.
    fn uncalled(&self, form: &'static str) -> Cow<'static, str> {
        // Where the name comes first, the bot has its own way with it.
        let calls = self.calls == Calls::Within && !self.called().is_empty();
        if calls || self.name.is_empty() || !form.contains("{n}") {
            return Cow::Borrowed(form);
        }
        let bare = form.strip_prefix("{n}, ").unwrap_or(form);
        let ends = [",", ":", ";", ".", "?", "!"];
        Cow::Owned(ends.iter().fold(bare.to_owned(), |text, end| text.replace(&format!(", {{n}}{end}"), end)))
    }

    /// Whether the bot has used a form in this post or in its last ones.
    fn worn(&self, form: &'static str) -> bool {
        self.used.contains(&form) || self.view.worn.contains(&form)
    }

    /// One of the bot's own sentences for a move, mostly, if one of them is not worn.
    fn own(&self, kind: Move, answers: bool, draw: &mut Draw) -> Option<&'static str> {
        let own = self.view.persona.own.sentences(kind);
        if own.is_empty() || !draw.chance(OWN_SENTENCES) {
            return None;
        }
        let start = draw.below(own.len());
        // Yes and no are said to something.
        let names = answers && matches!(kind, Move::Affirm | Move::Deny | Move::Pass);
        let forms = (0..own.len()).map(|step| own[(start + step) % own.len()].1);
        // Who does not mind at all does not begin with a no, unless that was asked.
        let mild = self.temper.heat <= MILD && kind.opposes() && kind != Move::Deny;
        let mut fitting = forms.filter(|form| {
            let unfit = names && !form.contains("{x}") || mild && says_no(form);
            !unfit && !self.worn(form)
        });
        // Whoever minds wastes no words, nor does who would rather say none.
        if self.temper.heat >= HOTLY || self.view.persona.shyness() >= TIMID {
            fitting.min_by_key(|form| form.len())
        } else {
            fitting.next()
        }
    }

    /// One of the sentences that `voice` has for a move, if one can be found that is not worn.
    fn common(&self, voice: Voice, kind: Move, answers: bool, draw: &mut Draw) -> Option<&'static str> {
        let forms = voices::sentences(voice, kind);
        if forms.is_empty() {
            return None;
        }
        let mut form = forms[draw.below(forms.len())];
        // What somebody said is rather taken up than passed over.
        if answers && !form.contains("{x}") && draw.chance(40) {
            form = forms[draw.below(forms.len())];
        }
        for _ in 0..3 {
            if !self.temper.habit.uses(form) || self.worn(form) {
                form = forms[draw.below(forms.len())];
            }
        }
        (!self.worn(form)).then_some(form)
    }

    /// How many words there are so far.
    pub fn words(&self) -> usize {
        super::grammar::length(&self.out)
    }
}
