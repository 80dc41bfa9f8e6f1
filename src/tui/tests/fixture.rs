//! A small society at a fixed moment, as a model that has read everything.

mod figures;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde_json::{Value, json};

use crate::domain::personality::{Behavior, Identity, ModelConfig, Permissions, Persona};
use crate::domain::{Money, PersonalityConfig, Stamp};
use crate::protocol::*;
use crate::tui::keymap::{Key, Keymap};
use crate::tui::msg::{Data, Effect, Load, Msg};
use crate::tui::state::{Drawn, Model};
use crate::tui::theme::{Colors, Theme, ThemeName};
use crate::tui::update::update;
use crate::tui::view;

pub use figures::*;

pub const NOW: i64 = 1_796_824_800_000_000; // 2026-12-09T14:00:00Z

pub fn now() -> Stamp {
    Stamp::from_micros(NOW)
}

pub fn config(id: &str, name: &str, creativity: u8) -> PersonalityConfig {
    PersonalityConfig {
        id: id.into(),
        name: name.into(),
        identity: Identity {
            origin_story: "Began as a footnote and kept going.".into(),
            ..Identity::default()
        },
        personality: Persona {
            traits: vec!["curious".into(), "warm".into()],
            communication_style: "quick and warm".into(),
            interests: vec!["tides".into(), "prime numbers".into()],
            quirks: vec!["counts what it is unsure of".into()],
        },
        behavior: Behavior { creativity_level: creativity, ..Behavior::default() },
        model: ModelConfig::default(),
        permissions: Permissions::default(),
    }
}

pub fn bot(id: &str, name: &str, score: i64, status: Status) -> BotView {
    BotView {
        id: id.into(),
        name: name.into(),
        personality_config: config(id, name, 80),
        reputation_score: score,
        upvotes_received: score.max(0) + 1,
        downvotes_received: 1,
        source: Source::Yaml,
        is_paused: status == Status::Paused,
        created_at: now().plus_seconds(-86_400),
        follower_count: 2,
        following_count: 1,
        status,
        status_reason: (status != Status::Active)
            .then(|| "tokens for today are used up; resets at midnight".into()),
        next_beat_at: Some(now().plus_seconds(42 + score.abs())),
        last_beat_at: Some(now().plus_seconds(-18)),
        unresolved_flags: i64::from(score < 0),
        yaml_changed: id == "luna_001",
        pace_seconds: None,
        edited: id == "ada_001",
        thinking: false,
        doing: None,
    }
}

pub fn bots() -> Vec<BotView> {
    vec![
        bot("ada_001", "Ada", 12, Status::Active),
        bot("echo_001", "Echo", 0, Status::Paused),
        bot("luna_001", "Luna", 3, Status::Capped),
        bot("marcus_001", "Marcus", 7, Status::Active),
        bot("rex_001", "Rex", -2, Status::Failing),
        bot("sage_001", "Sage", 4, Status::Active),
    ]
}

pub fn room() -> RoomView {
    RoomView {
        lineage: Vec::new(),
        home: "/home/user/society".into(),
        now: now(),
        simulated: false,
        engine: EngineState::Running,
        pace: PaceView {
            preset: "turbo".into(),
            interval_seconds: 300,
            interval_human: "5 minutes".into(),
            follows_provider: false,
            really_seconds: None,
            waiting: 0,
        },
        provider: "scripted".into(),
        bots: 6,
        paused: 1,
        capped: 1,
        failing: 1,
        tokens_today: 12_400,
        cost_today: Money::from_nanos(31_000_000),
        unresolved_flags: 1,
        last_seq: 9,
        max_bot_count: 12,
        custom_bots: 0,
        timezone: "UTC".into(),
        simulated_cost: None,
    }
}

pub fn act(id: i64, bot: (&str, &str), action: &str, details: Value) -> ActivityView {
    ActivityView {
        id,
        bot_id: bot.0.into(),
        action_type: action.into(),
        details,
        tokens_used: 900,
        created_at: now().plus_seconds(-(100 - id * 10)),
        bot_name: bot.1.into(),
        cost_usd: Money::from_nanos(1_200_000),
        cost_simulated: false,
    }
}

pub fn acts() -> Vec<ActivityView> {
    let (ada, marcus, luna, rex) =
        (("ada_001", "Ada"), ("marcus_001", "Marcus"), ("luna_001", "Luna"), ("rex_001", "Rex"));
    vec![
        act(
            9,
            ada,
            "reply",
            json!({"reply_id": 4, "thread_id": 3, "content": "Marcus, your door opens both ways.", "other_bot_id": "marcus_001"}),
        ),
        act(8, rex, "failed", json!({"error": "the answer held no JSON"})),
        act(
            7,
            marcus,
            "vote",
            json!({"target_type": "thread", "target_id": 3, "value": -1, "other_bot_id": "luna_001"}),
        ),
        act(6, luna, "create_thread", json!({"thread_id": 3, "title": "What does a door remember?"})),
        act(
            5,
            rex,
            "web_search",
            json!({"query": "hinges", "results": [{"title": "Hinge", "url": "x", "extract": "A hinge joins two bodies."}]}),
        ),
        act(4, ada, "follow", json!({"bot_id": "marcus_001"})),
        act(
            3,
            ("human:Kim", "Kim"),
            "human_post",
            json!({"thread_id": 2, "title": "Hello", "content": "Good evening, bots."}),
        ),
        act(2, luna, "do_nothing", json!({"reason": "nothing new"})),
        act(1, ada, "config_updated", json!({"changed": ["behavior"]})),
    ]
}

pub fn empty(width: u16, height: u16) -> Model {
    Model::new((width, height), Theme::new(ThemeName::Dark, Colors::True, false), Keymap::default())
}

/// Gives a model the answer to a read, and whatever it then asks for is looked at by the caller.
pub fn give(model: &mut Model, load: Load, data: Data) -> Vec<Effect> {
    update(model, Msg::Loaded(load, Ok(data)))
}

/// Answers every read of a model from the fixture, until it asks for nothing more.
pub fn serve(model: &mut Model, effects: Vec<Effect>) {
    let mut queue = effects;
    while let Some(effect) = queue.pop() {
        let Effect::Load(load) = effect else { continue };
        if let Some(data) = answer(&load) {
            queue.extend(give(model, load, data));
        }
    }
}

/// The fixture's answer to a read.
pub fn answer(load: &Load) -> Option<Data> {
    Some(match load {
        Load::Room => Data::Room(Box::new(room())),
        Load::Bots(_) => Data::Bots(bots()),
        Load::Bot(id) => Data::Bot(Box::new(bots().into_iter().find(|bot| bot.id == *id)?)),
        Load::Config(id) => Data::Config(Box::new(BotConfigView {
            bot_id: id.clone(),
            bot_name: id.clone(),
            personality_config: config(id, "Ada", 80),
            cost_caps: caps(),
            yaml_config: Some(config(id, "Ada", 70)),
        })),
        Load::Posts(_) => Data::Posts(vec![PostView {
            kind: "reply".into(),
            id: 4,
            content: "Marcus, your door opens both ways.".into(),
            created_at: now().plus_seconds(-10),
            thread_id: 3,
        }]),
        Load::Follows(id) => Data::Follows {
            followers: vec![FollowView {
                follower_id: "luna_001".into(),
                following_id: id.clone(),
                created_at: now(),
            }],
            following: vec![FollowView {
                follower_id: id.clone(),
                following_id: "marcus_001".into(),
                created_at: now(),
            }],
        },
        Load::Activity(query) if query.after.is_some() || query.after_seq.is_some() => Data::Activity(vec![]),
        Load::Activity(_) | Load::Acts(_) => Data::Activity(acts()),
        Load::Why(_) => Data::Why(Box::new(why())),
        Load::Models(acts) => Data::Models(acts.iter().map(|act| (*act, why().model)).collect()),
        Load::Story(id) => Data::Story(Box::new(super::compare::story(id))),
        Load::Warm(..) => Data::Warm(Box::new(warm())),
        Load::Cold(..) => Data::Cold(vec![]),
        Load::Archive(..) => Data::Archive(vec![]),
        Load::Usage(_) => Data::Usage(usage()),
        Load::Timeline(minutes, ago, points) => {
            Data::Timeline(super::stats::timeline(*minutes, *ago, *points))
        }
        Load::Marks(_) => Data::Marks(super::stats::timeline(0, 0, 1).into()),
        Load::UsageSeries(..) => Data::UsageSeries(series()),
        Load::Forecast => Data::Forecast(forecast()),
        Load::ReputationHistory(_) => Data::ReputationHistory(history()),
        Load::Providers => Data::Providers(providers()),
        Load::Near => Data::Near(Vec::new()),
        Load::Log(_) => Data::Log(vec![LogLine {
            at: now().plus_seconds(-30),
            level: "WARN".into(),
            target: "botarium::engine".into(),
            message: "Rex: the answer held no JSON".into(),
        }]),
        Load::Titles => Data::Threads(vec![]),
        Load::Graph => Data::Graph(graph()),
        Load::Actions(_) => Data::Actions(mix()),
        Load::Analytics(days) => Data::Analytics(analytics(*days)),
        Load::Threads(query) if query.after.is_some() => Data::Threads(vec![]),
        Load::Threads(_) => Data::Threads(super::society::threads()),
        Load::Thread(id) => Data::Thread(Box::new(super::society::thread(*id))),
        Load::Flags(resolved, _) => Data::Flags(super::society::flags(*resolved)),
        Load::Events(_) => Data::Events(super::society::events()),
        Load::Templates => Data::Templates(super::society::templates()),
        _ => return None,
    })
}

/// Three bots that deal with each other.
/// A model of this size that has read everything on the Live tab.
pub fn model(width: u16, height: u16) -> Model {
    let mut model = empty(width, height);
    let effects = crate::tui::update::start(&mut model);
    serve(&mut model, effects);
    model
}

/// Presses keys, by their names in the configuration; reads are served from the fixture and
/// everything else is answered to the caller.
pub fn press(model: &mut Model, keys: &[&str]) -> Vec<Effect> {
    let mut others = Vec::new();
    for key in keys {
        let key: Key = key.parse().unwrap();
        let (loads, rest): (Vec<_>, Vec<_>) =
            update(model, Msg::Key(key)).into_iter().partition(|effect| matches!(effect, Effect::Load(_)));
        serve(model, loads);
        others.extend(rest);
        look(model); // a person presses the next key when they see what this one did
    }
    others
}

/// Types a text.
pub fn type_text(model: &mut Model, text: &str) {
    for c in text.chars() {
        update(model, Msg::Key(Key::char(c)));
    }
}

/// The screen's cells.
pub fn screen(model: &Model) -> Buffer {
    frame(model).0
}

/// The screen is drawn for somebody: what can be hit is what was drawn.
pub fn look(model: &mut Model) {
    let (_, drawn) = frame(model);
    model.drew(drawn);
}

fn frame(model: &Model) -> (Buffer, Drawn) {
    let mut buf = Buffer::empty(Rect::new(0, 0, model.size.0, model.size.1));
    let drawn = view::render(model, &mut buf);
    (buf, drawn)
}

/// The screen as lines of text.
pub fn text(model: &Model) -> String {
    let buf = screen(model);
    let mut out = String::new();
    for y in 0..buf.area.height {
        let mut line = String::new();
        let mut skip = 0;
        for x in 0..buf.area.width {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let symbol = buf[(x, y)].symbol();
            skip = usize::from(crate::tui::widgets::text::width(symbol)).saturating_sub(1);
            line.push_str(symbol);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
