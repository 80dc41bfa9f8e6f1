//! Where the engine is far away: what is asked about the selection, when, and what of it is known already.

use std::collections::{BTreeMap, VecDeque};

use crate::domain::{Activity, Stamp};
use crate::protocol::{BotView, Notice};
use crate::tui::msg::{Data, Load};

/// Answers kept beside the bots themselves, the oldest goes first.
const KEPT: usize = 64;
/// Bots kept; in a bigger room the one selected is read.
const BOTS: usize = 400;
/// Seconds for which an answer counts if nothing is heard of it: memories fade without a word.
const AGE: i64 = 600;
/// The same of what changes by itself: queues, and what a day is likely to cost.
const SHORT_AGE: i64 = 60;

/// What is under way, and whether a move of the selection asked for it.
#[derive(Clone, Debug)]
struct Asked {
    load: Load,
    follows: bool,
}

/// An answer and when it came.
#[derive(Clone, Debug)]
struct Answer {
    load: Load,
    data: Data,
    at: Stamp,
}

/// What is asked about the selection of a room far away.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Asked once the cursor rests.
    waits: Vec<Load>,
    asked: Vec<Asked>,
    answers: VecDeque<Answer>,
    bots: BTreeMap<String, (BotView, Stamp)>,
}

impl Known {
    /// Whether something is to be asked once the cursor rests.
    #[must_use]
    pub const fn waits(&self) -> bool {
        !self.waits.is_empty()
    }

    /// What is known in answer to a question, as if it were read `now`.
    #[must_use]
    pub fn answer(&self, load: &Load, now: Stamp) -> Option<Data> {
        if let Load::Bot(id) = load {
            let (bot, at) = self.bots.get(id)?;
            return (now.seconds_since(*at) < AGE).then(|| Data::Bot(Box::new(bot.clone())));
        }
        let answer = self.answers.iter().find(|answer| answer.load == *load)?;
        let most = if matches!(load, Load::Providers | Load::Forecast) { SHORT_AGE } else { AGE };
        (now.seconds_since(answer.at) < most).then(|| answer.data.clone())
    }

    /// Asks once the cursor rests.
    pub fn wait(&mut self, load: Load) {
        if !self.waits.contains(&load) && !self.is_asked(&load) {
            self.waits.push(load);
        }
    }

    /// Asks now; whether it is not under way already.
    pub fn ask(&mut self, load: &Load, follows: bool) -> bool {
        self.waits.retain(|waits| waits != load);
        let fresh = !self.is_asked(load);
        if fresh {
            self.asked.push(Asked { load: load.clone(), follows });
        }
        fresh
    }

    fn is_asked(&self, load: &Load) -> bool {
        self.asked.iter().any(|asked| asked.load == *load)
    }

    /// The cursor rests: what waited is asked.
    pub fn rest(&mut self) -> Vec<Load> {
        std::mem::take(&mut self.waits)
    }

    /// The selection moved on: what nobody looks at any more is neither asked nor waited for. Answers what was
    /// under way of it.
    pub fn supersede(&mut self, is_wanted: impl Fn(&Load) -> bool) -> Vec<Load> {
        self.waits.retain(&is_wanted);
        let late = |asked: &mut Asked| asked.follows && !is_wanted(&asked.load);
        self.asked.extract_if(.., late).map(|asked| asked.load).collect()
    }

    /// An answer came. What happened to it since it was asked for is not in it for sure, and it is not kept.
    pub fn take(&mut self, load: &Load, data: &Data, now: Stamp) {
        if let Data::Bots(bots) = data {
            let room = BOTS.saturating_sub(self.bots.len());
            self.bots.extend(bots.iter().take(room).map(|bot| (bot.id.clone(), (bot.clone(), now))));
        }
        if !self.done(load) {
            return;
        }
        match data {
            Data::Bot(bot) => {
                self.bots.insert(bot.id.clone(), (BotView::clone(bot), now));
            }
            _ => {
                self.answers.retain(|answer| answer.load != *load);
                self.answers.push_back(Answer { load: load.clone(), data: data.clone(), at: now });
                if self.answers.len() > KEPT {
                    self.answers.pop_front();
                }
            }
        }
    }

    /// A question was answered, or will not be; whether it counted as under way.
    pub fn done(&mut self, load: &Load) -> bool {
        let before = self.asked.len();
        self.asked.retain(|asked| asked.load != *load);
        self.asked.len() < before
    }

    /// Nothing is known any more.
    pub fn clear(&mut self) {
        *self = Self { waits: std::mem::take(&mut self.waits), ..Self::default() };
    }

    /// Something happened: what it may have changed is not known any more.
    pub fn event(&mut self, notice: &Notice) {
        match notice {
            Notice::HeartbeatComplete { bot_id, action, details, .. } => {
                let done = Activity::read(action, details);
                self.forget(bot_id, false);
                if let Some(other) = done.as_ref().and_then(Activity::other) {
                    self.forget(other, false);
                }
                // A vote for a reply does not say whose thread that is in.
                if done.is_some_and(|done| done.kind().is_forum()) {
                    self.drop_answers(|load, _| matches!(load, Load::Thread(_)));
                }
            }
            Notice::Changed { bot_id: Some(id), .. } => self.forget(id, true),
            Notice::ConfigUpdated { .. } | Notice::Changed { .. } | Notice::Resync { .. } => self.clear(),
            Notice::BotStatus { bot_id, .. }
            | Notice::BotDoing { bot_id, .. }
            | Notice::FlagRaised { bot_id, .. } => {
                self.bots.remove(bot_id);
                self.asked.retain(|asked| asked.load != Load::Bot(bot_id.clone()));
            }
            Notice::PaceChanged { .. } | Notice::EngineState { .. } => self.bots.clear(),
            Notice::HeartbeatStarted { .. }
            | Notice::ThoughtDelta { .. }
            | Notice::Usage { .. }
            | Notice::InterviewWaits { .. }
            | Notice::EventInjected { .. } => {}
        }
    }

    /// Drops what is known of a bot, and with its reasons where those change as well.
    fn forget(&mut self, bot: &str, reasons: bool) {
        self.bots.remove(bot);
        self.drop_answers(|load, data| match (load, data) {
            (Load::Why(_), Some(Data::Why(why))) => reasons && why.activity.bot_id == bot,
            (Load::Why(_), _) => reasons,
            _ => bot_of(load) == Some(bot),
        });
    }

    /// Drops answers, and lets those that are under way count for nothing later.
    fn drop_answers(&mut self, drops: impl Fn(&Load, Option<&Data>) -> bool) {
        self.answers.retain(|answer| !drops(&answer.load, Some(&answer.data)));
        self.asked.retain(|asked| !drops(&asked.load, None));
    }
}

/// The bot a question is about, where it is about one.
#[must_use]
pub fn bot_of(load: &Load) -> Option<&str> {
    match load {
        Load::Bot(id)
        | Load::Config(id)
        | Load::Posts(id)
        | Load::Follows(id)
        | Load::Warm(id, _)
        | Load::Cold(id, ..)
        | Load::Archive(id, _) => Some(id),
        Load::Acts(query) => query.bot_id.as_deref(),
        _ => None,
    }
}

/// Whether it is asked for because of what is selected.
#[must_use]
pub fn is_beside(load: &Load) -> bool {
    bot_of(load).is_some()
        || matches!(load, Load::Why(_) | Load::Thread(_) | Load::Providers | Load::Forecast)
}
