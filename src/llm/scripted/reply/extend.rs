//! What a reply adds to its answer: more for the side it takes, then a picture of it, then what it leads to.

use super::{Reading, argued};
use crate::llm::scripted::draw::Draw;
use crate::llm::scripted::view::{Post, View};
use crate::llm::scripted::voices::Move;
use crate::llm::scripted::writer::Writer;
use crate::llm::scripted::{issues, recall};

/// How often nothing follows the answer to a question, and anything else.
const ENOUGH: [u32; 2] = [66, 42];

/// How much one minds from whom on one makes little of others.
const SCORNS: u32 = 75;

/// What can be added. They stand in the order in which they follow each other in a post: nothing comes after what
/// asks, proposes or stakes something.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Add {
    More,
    Exhibit,
    Memory,
    Figure,
    Case,
    Picture,
    Joke,
    Test,
    Bet,
    Promise,
    Ask,
}

impl Add {
    const ALL: [Self; 11] = [
        Self::More,
        Self::Exhibit,
        Self::Memory,
        Self::Figure,
        Self::Case,
        Self::Picture,
        Self::Joke,
        Self::Test,
        Self::Bet,
        Self::Promise,
        Self::Ask,
    ];

    /// Whether it is a picture of what was said.
    const fn shows(self) -> bool {
        matches!(self, Self::Figure | Self::Case | Self::Picture | Self::Joke)
    }

    /// Whether a post ends on it.
    fn ends(self) -> bool {
        self >= Self::Test
    }
}

/// Adds what there is room for, by temperament.
pub(super) fn extend(
    writer: &mut Writer<'_, '_>,
    view: &View<'_>,
    post: Post<'_>,
    reading: &Reading,
    issue: usize,
    draw: &mut Draw,
) {
    // Mostly an answer is enough, the more so to those who mind and to those who would rather not, the less to those
    // who see pictures.
    let heat = writer.temper.heat;
    let brief = heat.saturating_sub(50) * 3 / 4 + view.persona.shyness().saturating_sub(50) * 4 / 3;
    let enough = ENOUGH[usize::from(!reading.asks)] + brief;
    if draw.chance(enough.saturating_sub(writer.temper.vivid * 3 / 4)) {
        return;
    }
    if heat >= SCORNS && draw.chance((heat - 40) / 2) {
        let _ = writer.say(Move::Scorn, "", None, draw);
    }
    let mut weights = weights(writer, view, post, reading, issue, draw);
    let mut chosen: Vec<Add> = Vec::with_capacity(3);
    while chosen.len() < writer.temper.adds
        && let Some(at) = draw.weighted(&weights)
    {
        let add = Add::ALL[at];
        chosen.push(add);
        for (weight, other) in weights.iter_mut().zip(Add::ALL) {
            if other == add || other.shows() && add.shows() || other.ends() && add.ends() {
                *weight = 0;
            }
        }
    }
    chosen.sort_unstable();
    for add in chosen {
        if writer.words() + 7 > writer.temper.reach || writer.out.ends_with('?') {
            break;
        }
        let theirs = reading.reason.map_or("", |(_, text)| text);
        let side = writer.side();
        let _ = match add {
            Add::More => writer.say(Move::More, "", None, draw),
            Add::Exhibit => writer.show(draw),
            Add::Memory => recall::add(writer, issue, draw),
            Add::Figure => writer.say(Move::Figure, "", None, draw),
            Add::Case => writer.say(Move::Case, "", None, draw),
            Add::Picture => writer.picture(draw),
            Add::Joke => writer.say(Move::Joke, "", None, draw),
            Add::Test => writer.say(Move::Test, "", None, draw),
            Add::Bet => writer.say(Move::Bet, "", None, draw),
            Add::Promise => {
                let doubted = writer.doubtful(draw).unwrap_or("");
                writer.say(Move::Promise, doubted, None, draw)
            }
            Add::Ask if reading.side.is_some_and(|other| other != side) => {
                writer.say(Move::Ask, theirs, None, draw)
            }
            Add::Ask => writer.say(Move::Wonder, "", None, draw),
        };
    }
}

/// How much each draws the bot, in the order of [`Add::ALL`].
fn weights(
    writer: &Writer<'_, '_>,
    view: &View<'_>,
    post: Post<'_>,
    reading: &Reading,
    issue: usize,
    draw: &mut Draw,
) -> [u32; Add::ALL.len()] {
    let (persona, temper) = (&view.persona, &writer.temper);
    let asked = |text: &str| super::asks(text);
    // One question at a time.
    let mut last = post.thread.replies.iter().rev().take(2);
    let open = last.len() < 2 && asked(&post.thread.content) || last.any(|reply| asked(&reply.content));
    // Towards the end of a talk nothing new is begun.
    let late = argued(post.thread, issue) + 1 >= temper.argues;
    // What is promised must be there to be found.
    let can_promise = view.scene.allowed.contains(&crate::domain::ActionKind::WebSearch)
        && issues::issue(issue).at.is_some()
        && [writer.side(), writer.side().other()]
            .into_iter()
            .any(|side| writer.exhibit(side, draw).is_some());
    Add::ALL.map(|add| {
        let weight = match add {
            // Who has no pictures has reasons.
            Add::More => 24 + temper.plain,
            Add::Exhibit => 14 + temper.plain,
            Add::Memory => 5,
            Add::Figure => temper.fancy.saturating_sub(40) / 8,
            Add::Case => temper.fancy.saturating_sub(40) / 5,
            // It is not a matter of habit.
            Add::Picture => return temper.vivid * temper.vivid / 10,
            Add::Joke if persona.habits.jokes => 3,
            Add::Joke if persona.creativity() >= 80 => 3,
            Add::Joke => 0,
            _ if late => 0,
            Add::Test if persona.shyness() >= 70 => 0,
            Add::Test => 1 + persona.leadership() / 40,
            Add::Bet if persona.habits.bets => 8,
            Add::Bet => 0,
            Add::Promise => u32::from(can_promise) * 2,
            Add::Ask if open => 0,
            Add::Ask => temper.asks / 3 + 3,
        };
        // What was asked is answered, and not made an occasion.
        let weight =
            if reading.asks && !matches!(add, Add::More | Add::Exhibit) { weight / 2 } else { weight };
        weight * temper.likes(add as usize)
    })
}
