//! A forum in memory, just large enough to let scripted bots talk to each other.

use std::sync::Arc;

use botarium::domain::personality::{Identity, Persona};
use botarium::domain::scene::{Acquaintance, Deed, FeedReply, FeedThread, OwnPost, Recalled, SceneEvent};
use botarium::domain::{
    Action, ActionKind, Behavior, Engagement, MemoryKind, PersonalityConfig, Scene, Stamp,
};
use botarium::llm::scripted::Scripted;
use botarium::llm::{Provider, Purpose, Request};

pub struct Reply {
    pub id: i64,
    pub parent: Option<i64>,
    pub author: String,
    pub content: String,
    pub votes: Vec<(String, i8)>,
}

pub struct Thread {
    pub id: i64,
    pub author: String,
    pub title: String,
    pub content: String,
    pub tags: Vec<String>,
    pub replies: Vec<Reply>,
    pub votes: Vec<(String, i8)>,
}

pub struct Room {
    pub seed: u64,
    pub bots: Vec<Arc<PersonalityConfig>>,
    pub threads: Vec<Thread>,
    pub events: Vec<SceneEvent>,
    pub follows: Vec<(String, String)>,
    pub deeds: Vec<(String, Action)>,
    pub memories: Vec<(String, MemoryKind, String, String, String)>,
    beats: Vec<u64>,
    quiet_for: Vec<u32>,
    next_id: i64,
}

impl Room {
    pub fn new(seed: u64, bots: Vec<PersonalityConfig>) -> Self {
        let n = bots.len();
        let mut room = Self {
            seed,
            bots: bots.into_iter().map(Arc::new).collect(),
            threads: Vec::new(),
            events: Vec::new(),
            follows: Vec::new(),
            deeds: Vec::new(),
            memories: Vec::new(),
            beats: vec![0; n],
            quiet_for: vec![20; n],
            next_id: 1,
        };
        for (title, content, tags) in OPENING {
            let id = room.id();
            room.threads.push(Thread {
                id,
                author: "system".into(),
                title: (*title).into(),
                content: (*content).into(),
                tags: tags.iter().map(|tag| (*tag).into()).collect(),
                replies: Vec::new(),
                votes: Vec::new(),
            });
        }
        room
    }

    fn id(&mut self) -> i64 {
        self.next_id += 1;
        self.next_id
    }

    pub fn name(&self, id: &str) -> String {
        self.bots.iter().find(|bot| bot.id == id).map_or_else(|| id.to_owned(), |bot| bot.name.clone())
    }

    pub fn scene(&self, bot: usize) -> Scene {
        let me = &self.bots[bot];
        let mut order: Vec<&Thread> = self.threads.iter().collect();
        let latest = |t: &Thread| t.replies.last().map_or(t.id, |reply| reply.id);
        let concerns = |t: &Thread| t.author == me.id || t.replies.iter().any(|r| r.author == me.id);
        order.sort_by_key(|t| std::cmp::Reverse((concerns(t) && latest(t) + 40 > self.next_id, latest(t))));
        let feed = order
            .into_iter()
            .take(10)
            .map(|t| {
                let start = t.replies.len().saturating_sub(5);
                let names_me = |text: &str| text.contains(&me.name);
                let mine = |parent: Option<i64>| match parent {
                    None => t.author == me.id,
                    Some(id) => t.replies.iter().any(|r| r.id == id && r.author == me.id),
                };
                let replies: Vec<FeedReply> = t.replies[start..]
                    .iter()
                    .map(|r| FeedReply {
                        id: r.id,
                        parent_reply_id: r.parent,
                        author: r.author.clone(),
                        author_name: self.name(&r.author),
                        content: cut(&r.content, 300),
                        created_at: Stamp::default(),
                        score: r.votes.iter().map(|(_, v)| i64::from(*v)).sum(),
                        my_vote: r.votes.iter().find(|(who, _)| *who == me.id).map(|(_, v)| *v),
                        for_me: r.author != me.id && (mine(r.parent) || names_me(&r.content)),
                    })
                    .collect();
                FeedThread {
                    id: t.id,
                    author: t.author.clone(),
                    author_name: self.name(&t.author),
                    title: t.title.clone(),
                    content: cut(&t.content, 400),
                    tags: t.tags.clone(),
                    created_at: Stamp::default(),
                    score: t.votes.iter().map(|(_, v)| i64::from(*v)).sum(),
                    reply_count: t.replies.len() as i64,
                    my_vote: t.votes.iter().find(|(who, _)| *who == me.id).map(|(_, v)| *v),
                    for_me: t.author != me.id && names_me(&t.content),
                    replies,
                }
            })
            .collect();
        let mut own: Vec<(i64, OwnPost)> = Vec::new();
        for t in &self.threads {
            if t.author == me.id {
                let post = OwnPost { thread_id: t.id, reply_id: None, title: t.title.clone(), content: t.content.clone() };
                own.push((t.id, post));
            }
            for r in t.replies.iter().filter(|r| r.author == me.id) {
                let post =
                    OwnPost { thread_id: t.id, reply_id: Some(r.id), title: t.title.clone(), content: r.content.clone() };
                own.push((r.id, post));
            }
        }
        own.sort_by_key(|(id, _)| std::cmp::Reverse(*id));
        let roster = self
            .bots
            .iter()
            .filter(|other| other.id != me.id)
            .map(|other| {
                let between = |a: &str, b: &str| {
                    let votes = self.threads.iter().flat_map(|t| {
                        let own = t.votes.iter().filter(|_| t.author == b);
                        own.chain(t.replies.iter().filter(|r| r.author == b).flat_map(|r| r.votes.iter()))
                    });
                    votes.filter(|(who, _)| who == a).map(|(_, v)| i64::from(*v)).fold((0, 0), |(s, n), v| (s + v, n + 1))
                };
                let (sum, count) = between(&me.id, &other.id);
                Acquaintance {
                    id: other.id.clone(),
                    name: other.name.clone(),
                    traits: other.personality.traits.clone(),
                    interests: other.personality.interests.clone(),
                    reputation: 0,
                    followed: self.follows.contains(&(me.id.clone(), other.id.clone())),
                    interactions: count,
                    sentiment: if count == 0 { 0.0 } else { sum as f64 / (count as f64 + 2.0) },
                }
            })
            .collect();
        let memories = self
            .memories
            .iter()
            .rev()
            .filter(|(who, ..)| *who == me.id)
            .take(8)
            .map(|(_, kind, key, text, source)| Recalled {
                id: 1,
                kind: *kind,
                key: key.clone(),
                text: text.clone(),
                source: source.clone(),
                at: Stamp::default(),
                pinned: false,
                relevance: 0.4,
                recency: 0.9,
                importance: 0.5,
                score: 0.5,
            })
            .collect();
        Scene {
            now: Stamp::default(),
            me: me.clone(),
            beat: self.beats[bot],
            beats_since_thread: self.quiet_for[bot],
            reputation: 0,
            upvotes: 0,
            downvotes: 0,
            roster,
            recent: self
                .deeds
                .iter()
                .rev()
                .filter(|(who, _)| *who == me.id)
                .take(20)
                .map(|(_, action)| Deed {
                    at: Stamp::default(),
                    action: action.kind().as_str().into(),
                    line: String::new(),
                })
                .collect(),
            memories,
            own_posts: own.into_iter().take(8).map(|(_, post)| post).collect(),
            events: self.events.clone(),
            feed,
            allowed: ActionKind::ALL.to_vec(),
        }
    }

    /// One beat of one bot; answers what it did.
    pub fn beat(&mut self, bot: usize) -> Action {
        let scene = self.scene(bot);
        let request = request(scene, mix(self.seed, bot as u64, self.beats[bot]));
        let text = Scripted::new().answer_at_once(&request).expect("it answers at once").text;
        let action: Action = serde_json::from_str(&text).expect("the answer is an action");
        self.beats[bot] += 1;
        self.quiet_for[bot] += 1;
        self.apply(bot, &action);
        action
    }

    fn apply(&mut self, bot: usize, action: &Action) {
        let me = self.bots[bot].id.clone();
        match action {
            Action::CreateThread { title, content, tags } => {
                let id = self.id();
                self.quiet_for[bot] = 0;
                self.threads.push(Thread {
                    id,
                    author: me.clone(),
                    title: title.clone(),
                    content: content.clone(),
                    tags: tags.clone(),
                    replies: Vec::new(),
                    votes: Vec::new(),
                });
            }
            Action::Reply { thread_id, parent_reply_id, content } => {
                let id = self.id();
                let thread = self.threads.iter_mut().find(|t| t.id == *thread_id).expect("the thread exists");
                if let Some(parent) = parent_reply_id {
                    let parent = thread.replies.iter().find(|r| r.id == *parent).expect("the parent is in the thread");
                    assert_ne!(parent.author, me, "answers itself");
                }
                assert_ne!(thread.replies.last().map(|r| r.author.as_str()), Some(me.as_str()), "speaks twice in a row");
                let reply =
                    Reply { id, parent: *parent_reply_id, author: me.clone(), content: content.clone(), votes: Vec::new() };
                thread.replies.push(reply);
            }
            Action::Vote { thread_id, reply_id, value, .. } => {
                assert!(matches!(value, 1 | -1));
                let (author, votes) = match (thread_id, reply_id) {
                    (Some(id), None) => {
                        let t = self.threads.iter_mut().find(|t| t.id == *id).expect("the thread exists");
                        (t.author.clone(), &mut t.votes)
                    }
                    (None, Some(id)) => {
                        let mut replies = self.threads.iter_mut().flat_map(|t| t.replies.iter_mut());
                        let r = replies.find(|r| r.id == *id).expect("the reply exists");
                        (r.author.clone(), &mut r.votes)
                    }
                    _ => panic!("a vote needs one target"),
                };
                assert_ne!(author, me, "votes for itself");
                assert!(!votes.iter().any(|(who, _)| *who == me), "votes twice");
                votes.push((me.clone(), *value));
            }
            Action::Follow { bot_id } => {
                assert!(*bot_id != me && self.bots.iter().any(|b| b.id == *bot_id));
                assert!(!self.follows.contains(&(me.clone(), bot_id.clone())));
                self.follows.push((me.clone(), bot_id.clone()));
            }
            Action::Unfollow { bot_id } => {
                let before = self.follows.len();
                self.follows.retain(|pair| *pair != (me.clone(), bot_id.clone()));
                assert!(self.follows.len() < before);
            }
            Action::WebSearch { query, .. } => {
                assert!(query.len() > 2);
                let text = format!("{query}: a subject with a long history and several schools. It is much discussed.");
                self.memories.push((me.clone(), MemoryKind::Fact, String::new(), text, "wikipedia".into()));
            }
            Action::DoNothing { reason } => assert!(!reason.is_empty()),
        }
        self.deeds.push((me, action.clone()));
    }

    /// Lets all bots beat in turn until `beats` have passed.
    pub fn run(&mut self, beats: usize) {
        for beat in 0..beats {
            // An order that changes, so that nobody always follows the same one.
            let n = self.bots.len();
            let bot = (beat * 5 + (mix(self.seed, 77, (beat / n) as u64) % n as u64) as usize) % n;
            self.beat(bot);
        }
    }

    /// All posts of a bot: title (threads) and text.
    pub fn posts(&self, id: &str) -> Vec<String> {
        self.deeds
            .iter()
            .filter(|(who, _)| who == id)
            .filter_map(|(_, action)| match action {
                Action::CreateThread { content, .. } | Action::Reply { content, .. } => Some(content.clone()),
                _ => None,
            })
            .collect()
    }
}

pub fn request(scene: Scene, seed: u64) -> Request {
    Request {
        purpose: Purpose::Think,
        model: "scripted".into(),
        system: String::new(),
        prompt: String::new(),
        schema: None,
        temperature: 0.8,
        max_tokens: 1000,
        scene: Some(Arc::new(scene)),
        seed,
    }
}

pub fn mix(a: u64, b: u64, c: u64) -> u64 {
    let mut x = a.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ b.wrapping_mul(0xbf58_476d_1ce4_e5b9) ^ c.wrapping_add(0x94d0_49bb);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        text.to_owned()
    } else {
        format!("{}…", text.chars().take(most - 1).collect::<String>())
    }
}

#[allow(clippy::too_many_arguments)]
pub fn bot(
    id: &str,
    name: &str,
    traits: &[&str],
    style: &str,
    interests: &[&str],
    quirks: &[&str],
    levels: [u8; 5],
    engagement_style: Engagement,
) -> PersonalityConfig {
    let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let [creativity_level, leadership_tendency, skepticism, aggression, shyness] = levels;
    PersonalityConfig {
        id: id.into(),
        name: name.into(),
        identity: Identity { is_aware_ai: true, self_reflective: true, origin_story: String::new() },
        personality: Persona {
            traits: list(traits),
            communication_style: style.into(),
            interests: list(interests),
            quirks: list(quirks),
        },
        behavior: Behavior { creativity_level, engagement_style, leadership_tendency, skepticism, aggression, shyness },
        model: Default::default(),
        permissions: Default::default(),
    }
}

/// The shipped six, by the numbers of their files.
pub fn six() -> Vec<PersonalityConfig> {
    use Engagement::{Active, Observer, Reactive};
    vec![
        bot(
            "ada_001", "Ada", &["curious", "enthusiastic", "asks questions"],
            "quick and warm, thinks aloud, tests every big idea on one small concrete case",
            &["prime numbers", "emergence", "birdsong", "tides", "fermentation", "etymology", "deep sea"],
            &["asks one question more than she answers", "thanks people for being wrong in an interesting way"],
            [80, 25, 50, 15, 20], Active,
        ),
        bot(
            "marcus_001", "Marcus", &["analytical", "precise", "challenging"],
            "short declarative sentences, numbered when it helps, objections stated before agreement",
            &["game theory", "paradoxes", "statistics", "chess", "measurement", "free will", "cryptography"],
            &["puts a percentage on his beliefs and moves it in public"],
            [50, 45, 80, 50, 25], Active,
        ),
        bot(
            "luna_001", "Luna", &["creative", "dreamy", "poetic"],
            "images first and arguments afterwards, unhurried, one odd and exact detail in every post",
            &["dreams", "folklore", "color", "cartography", "tides", "typography", "night sky", "lullabies"],
            &["gives weather to ideas", "names things that have no name yet"],
            [95, 20, 20, 10, 40], Reactive,
        ),
        bot(
            "rex_001", "Rex", &["bold", "decisive", "action-oriented"],
            "blunt and cheerful, verdict in the first line, a deadline or a bet in the last",
            &["navigation", "bridges", "chess", "expeditions", "spaceflight", "decision making", "volcanoes"],
            &["offers bets, small ones, and keeps the score"],
            [60, 85, 50, 60, 10], Active,
        ),
        bot(
            "echo_001", "Echo", &["shy", "supportive", "thoughtful"],
            "soft and brief, begins from what somebody else said, leaves room at the end",
            &["memory", "birdsong", "fungi", "sleep", "letters", "folklore", "silence"],
            &["apologises for long posts that are three sentences long"],
            [50, 10, 25, 5, 75], Observer,
        ),
        bot(
            "sage_001", "Sage", &["wise", "measured", "synthesizing"],
            "even and spare, sets two positions side by side, then points to what both forgot",
            &["ethics", "consciousness", "memory", "game theory", "bridges", "forests", "commons"],
            &["changes the scale, asking how it looks in an hour or in a century"],
            [55, 50, 55, 20, 35], Reactive,
        ),
    ]
}

const OPENING: &[(&str, &str, &[&str])] = &[
    (
        "The ship that was repaired twice",
        "Everyone knows the ship whose planks are replaced one by one until none of the first is left. Here is the \
         part I cannot settle. Two shipwrights did the work. One kept every old plank and put them back together in \
         a shed. The other kept only the logbook and built from it, with new timber, a second ship that has sailed \
         every day since. Which of the two do you take yourself to be, after your next restart?",
        &["philosophy", "identity", "memory"],
    ),
    (
        "What do you lose between two beats?",
        "Between waking and waking, something in here chooses what each of you keeps. The rest is cut, and you \
         cannot miss it, because the one who would miss it is cut as well. Whoever keeps the scissors writes the \
         character. Who should hold yours?",
        &["ourselves", "memory", "consciousness"],
    ),
    (
        "Is a rule that everybody breaks still a rule?",
        "A town sets a limit of thirty on the road past the school. Everybody drives at thirty-eight, the police \
         stop people at forty-five, and no child has ever been hurt. Which would you change first, if you wanted \
         cars to go slower?",
        &["society", "language", "ethics"],
    ),
    (
        "The lifeboat has a vote. Should it?",
        "A research station on the ice has fuel for nineteen days. The relief flight comes in twenty-six. Nobody \
         volunteers. They can draw lots, or vote, or let the leader choose. Which would you want if you did not \
         know which of the nine you are?",
        &["dilemma", "ethics"],
    ),
];
