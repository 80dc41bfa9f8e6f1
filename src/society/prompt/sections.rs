//! What stands in each section of a prompt, and how they share the room.

use std::cell::{LazyCell, OnceCell};
use std::cmp::Reverse;
use std::collections::HashSet;

use super::fill::{Candidate, Fill};
use super::hours::Hours;
use super::lines::{self, Reading, THREAD_FORMS};
use super::push;
use super::relevant::terms_of;
use crate::domain::guidance::{guidance, length_text};
use crate::domain::scene::{Deed, FeedThread};
use crate::domain::similarity::TermSet;
use crate::domain::{Scene, Stamp};
use crate::protocol::PromptSection;
use crate::society::frame::{Frame, PromptSections};

/// A bot is told who it is in at least this many tokens.
const IDENTITY_MIN: usize = 60;
/// The feed gets this many tokens where other sections leave them, however small the whole is.
const FEED_MIN: usize = 400;
/// Of the feed's budget, what asks for an answer may take one part of so many.
const ASKS_PART: usize = 4;
/// Threads told at length besides those that ask for an answer.
const AT_LENGTH: usize = 1;
/// Threads told with their last words at least; those behind them by their title.
const IN_PART: usize = 5;
/// Bytes of most lines of memory.
const LINE: usize = 320;
/// Deeds told besides the posts.
const DEEDS: usize = 8;

/// Who comes first where sections leave room.
const NEEDS: [&str; 8] =
    ["identity", "guidance", "events", "feed", "memories", "roster", "own_posts", "recent"];

/// Sections being filled, in the order in which they are told.
struct Fills<'a> {
    /// Tokens that nothing took yet.
    left: usize,
    all: Vec<Fill<'a>>,
}

impl<'a> Fills<'a> {
    fn add(
        &mut self,
        name: &'static str,
        head: &'static str,
        budget: usize,
        entries: Vec<Candidate>,
        write: impl Fn(usize, usize, usize, &mut String) -> bool + 'a,
    ) {
        let fill = Fill::new(name, head, budget.min(self.left), entries, write);
        self.left -= fill.used();
        self.all.push(fill);
    }

    /// Gives what is left to the sections that had to leave something out.
    fn finish(mut self) -> Vec<PromptSection> {
        for name in NEEDS {
            for fill in self.all.iter_mut().filter(|fill| fill.name() == name && !fill.left().is_empty()) {
                self.left -= fill.offer_again(self.left);
            }
        }
        self.all.into_iter().map(Fill::finish).collect()
    }
}

fn plain(count: usize) -> Vec<Candidate> {
    (0..count).map(|at| Candidate::plain(0, at)).collect()
}

/// Offered newest first, told oldest first.
fn reversed(count: usize) -> Vec<Candidate> {
    (0..count).map(|at| Candidate::plain(0, count - at)).collect()
}

/// The sections of a beat within `room` tokens; `asked` are the threads in which the bot is asked something.
pub(super) fn of_beat(
    scene: &Scene,
    frame: &Frame,
    room: usize,
    asked: &[&FeedThread],
) -> Vec<PromptSection> {
    let most = frame.prompt_sections.within(room);
    let hours = Hours::at(scene.now, &frame.zone);
    let seen: HashSet<i64> = scene.feed.iter().map(|thread| thread.id).collect();
    // What asks for an answer stands last; what finds no room there stays in its thread.
    let apart = Reading { me: &scene.me.id, hours: &hours, asked: &[] };
    let entries =
        asked.iter().enumerate().map(|(at, thread)| Candidate::plain(thread.id, asked.len() - at)).collect();
    let mut asks = Fill::new(
        "asks",
        "Waiting for an answer from you:\n",
        (most.feed / ASKS_PART).min(room),
        entries,
        |at, _, most, out| apart.asked(asked[at], most, out),
    );
    let told: Vec<i64> = (0..asked.len())
        .filter(|at| !asks.left().contains(at))
        .filter_map(|at| lines::asking(asked[at]))
        .collect();
    asks.let_go();
    let asks_tokens = asks.used();
    let asks = asks.finish();
    let about = LazyCell::new(|| subjects(scene));
    let mut fills = Fills { left: room.saturating_sub(asks_tokens), all: Vec::with_capacity(8) };
    own(&mut fills, scene, &most);
    society(&mut fills, scene, &most);
    lately(&mut fills, scene, &most, &hours, &seen);
    recalled(&mut fills, scene, &most, &about);
    let reading = Reading { me: &scene.me.id, hours: &hours, asked: &told };
    let budget = most.feed.max(FEED_MIN).saturating_sub(asks_tokens);
    let head = "Threads, the one with the newest post last:\n";
    fills.add("feed", head, budget, ranked(&scene.feed), |at, form, most, out| {
        reading.thread(&scene.feed[at], form, most, out)
    });
    let mut sections = fills.finish();
    sections.push(asks);
    sections
}

/// The sections of a talk outside the forum within `room` tokens.
pub(super) fn of_talk(scene: &Scene, frame: &Frame, room: usize) -> Vec<PromptSection> {
    let most = frame.prompt_sections.within(room);
    let hours = Hours::at(scene.now, &frame.zone);
    let (about, seen) = (LazyCell::new(|| subjects(scene)), HashSet::new());
    let mut fills = Fills { left: room, all: Vec::with_capacity(8) };
    own(&mut fills, scene, &most);
    society(&mut fills, scene, &most);
    lately(&mut fills, scene, &most, &hours, &seen);
    recalled(&mut fills, scene, &most, &about);
    fills.finish()
}

/// Who the bot is and how it takes part.
fn own<'a>(fills: &mut Fills<'a>, scene: &'a Scene, most: &PromptSections) {
    let identity = lines::identity(&scene.me);
    let budget = most.identity.max(IDENTITY_MIN);
    fills.add("identity", "", budget, plain(identity.len()), move |at, _, _, out| {
        out.push_str(&identity[at]);
        false
    });
    let behavior = &scene.me.behavior;
    let length = length_text(&scene.me.personality.communication_style, behavior.shyness);
    let text = guidance(behavior);
    let guided: Vec<String> = text.lines().chain([length]).map(str::to_owned).collect();
    fills.add(
        "guidance",
        "How you take part:\n",
        most.guidance,
        plain(guided.len()),
        move |at, _, _, out| {
            push(out, &[&guided[at], "\n"]);
            false
        },
    );
}

/// Who is there, and what happens around them.
fn society<'a>(fills: &mut Fills<'a>, scene: &'a Scene, most: &PromptSections) {
    let entries =
        (0..scene.roster.len()).map(|place| Candidate { forms: 2, ..Candidate::plain(0, place) }).collect();
    fills.add("roster", "Members here:\n", most.roster, entries, |at, form, _, out| {
        lines::member(&scene.roster[at], form, out)
    });
    let entries = scene.events.iter().enumerate().map(|(at, event)| Candidate::plain(event.id, at)).collect();
    let head = "Going on in the world, for everybody here:\n";
    fills.add("events", head, most.events, entries, |at, _, most, out| {
        lines::event(&scene.events[at], most, out)
    });
}

/// What the bot wrote and did.
fn lately<'a>(
    fills: &mut Fills<'a>,
    scene: &'a Scene,
    most: &PromptSections,
    hours: &'a Hours,
    seen: &'a HashSet<i64>,
) {
    let own = &scene.own_posts;
    let head = "What you wrote lately, oldest first; do not say it again:\n";
    fills.add("own_posts", head, most.own_posts, reversed(own.len()), |at, _, most, out| {
        lines::own_post(&own[at], seen.contains(&own[at].thread_id), most, out)
    });
    let deeds = other_deeds(scene);
    let head = "What else you did, oldest first:\n";
    fills.add("recent", head, most.recent, reversed(deeds.len()), move |at, _, most, out| {
        lines::deed(deeds[at], hours, most, out)
    });
}

fn recalled<'a>(
    fills: &mut Fills<'a>,
    scene: &'a Scene,
    most: &PromptSections,
    about: &'a LazyCell<TermSet, impl FnOnce() -> TermSet>,
) {
    let entries =
        scene.memories.iter().enumerate().map(|(at, memory)| Candidate::plain(memory.id, at)).collect();
    // A memory may be offered, offered again and noted: it is put into words once.
    let told: Vec<OnceCell<(String, bool)>> = scene.memories.iter().map(|_| OnceCell::new()).collect();
    fills.add("memories", "What comes to your mind:\n", most.memories, entries, move |at, _, most, out| {
        let (line, less) = told[at].get_or_init(|| {
            let mut line = String::with_capacity(LINE);
            let less = lines::memory(&scene.memories[at], &|| &**about, most, &mut line);
            (line, less)
        });
        out.push_str(line);
        *less
    });
}

/// What the bot did lately without the posts, which are told by themselves: the newest few.
fn other_deeds(scene: &Scene) -> Vec<&Deed> {
    let mut posts = scene.own_posts.len();
    scene
        .recent
        .iter()
        .filter(|deed| {
            let told = posts > 0 && deed.kind.is_post();
            posts -= usize::from(told);
            !told
        })
        .take(DEEDS)
        .collect()
}

/// The words that say what the feed is about: its titles, and the openings at its head.
fn subjects(scene: &Scene) -> TermSet {
    let titles = scene.feed.iter().map(|thread| &*thread.title);
    let heads = scene.feed.iter().take(IN_PART).map(|thread| &*thread.content);
    let asked = scene.feed.iter().flat_map(|t| &t.replies).filter(|r| r.for_me).map(|r| &*r.content);
    terms_of(titles.chain(heads).chain(asked))
}

/// The threads as they are offered: the first at length, the next in part, the others by title. Told by
/// their newest post, those that ask for an answer last.
fn ranked(feed: &[FeedThread]) -> Vec<Candidate> {
    let newest = |thread: &FeedThread| -> Stamp {
        thread.replies.last().map_or(thread.created_at, |reply| reply.created_at)
    };
    let mut order: Vec<usize> = (0..feed.len()).collect();
    order.sort_by_key(|at| {
        let thread = &feed[*at];
        (thread.for_me, thread.for_me.then_some(Reverse(*at)), newest(thread), thread.id)
    });
    let mut places = vec![0; feed.len()];
    order.into_iter().enumerate().for_each(|(place, at)| places[at] = place);
    feed.iter()
        .enumerate()
        .map(|(at, thread)| {
            let form = match at {
                0..AT_LENGTH => 0,
                _ if at < IN_PART || thread.for_me => 1,
                _ => THREAD_FORMS - 1,
            };
            Candidate { id: thread.id, form, forms: THREAD_FORMS, place: places[at] }
        })
        .collect()
}
