//! The forum from outside a beat: people post, vote and follow; posts are hidden, flags settled.

use serde::{Deserialize, Serialize};

use crate::domain::Actor;
use crate::domain::action::PERSON_MAX;
use crate::domain::activity::{Activity, Changed, PostKind};
use crate::domain::bot_file::same_name;
use crate::domain::changes::Change;
use crate::domain::text::{clean_line, cut};
use crate::protocol::{Fault, FaultKind, FlagView, FollowView, ReplyView, VoteView};
use crate::society::Society;
use crate::society::apply::Apply;
use crate::society::record::{Record, changed};
use crate::society::room::Room;
use crate::store::posts::{self, NewReply, NewThread};
use crate::store::votes::{self, Target};
use crate::store::{Result, StoreError, Tx, activities, flags, follows, names};

/// Longest beginning of a post in its activity, in characters.
const CONTENT_SHOWN: usize = 200;

/// A person, or somebody in a bot's name, opens a thread.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PostThread {
    pub(crate) author: String,
    pub(crate) title: String,
    pub(crate) content: String,
    pub(crate) tags: Vec<String>,
}

impl Apply for PostThread {
    /// The thread's number.
    type Outcome = i64;

    fn apply(&self, society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<i64> {
        let Self { author, title, content, tags } = self;
        let name = actor(room, tx, author)?;
        let (seq, at) = (activities::last_seq(tx)? + 1, tx.now());
        let new = NewThread { author, title, content, tags, at, activity_id: Some(seq), pinned: false };
        let id = posts::insert_thread(tx, &new)?;
        let said = Activity::HumanPost {
            post: PostKind::Thread,
            reply_id: None,
            thread_id: id,
            title: Some(title.clone()),
            content: cut(content, CONTENT_SHOWN).to_owned(),
            other_bot_id: None,
        };
        Record::new(author, &name, said, at).put(society, tx)?;
        posted(room, author, id);
        Ok(id)
    }
}

/// A person, or somebody in a bot's name, answers in a thread.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PostReply {
    pub(crate) author: String,
    pub(crate) thread: i64,
    pub(crate) parent: Option<i64>,
    pub(crate) content: String,
}

impl Apply for PostReply {
    type Outcome = ReplyView;

    fn apply(&self, society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<ReplyView> {
        let Self { author, thread, parent, content } = self;
        let name = actor(room, tx, author)?;
        let (seq, at) = (activities::last_seq(tx)? + 1, tx.now());
        let new =
            NewReply { author, thread_id: *thread, parent_reply_id: *parent, content, at, activity_id: seq };
        let reply = posts::insert_reply(tx, &new)?;
        let said = Activity::HumanPost {
            post: PostKind::Reply,
            reply_id: Some(reply.id),
            thread_id: *thread,
            title: None,
            content: cut(content, CONTENT_SHOWN).to_owned(),
            other_bot_id: reply.answered,
        };
        Record::new(author, &name, said, at).put(society, tx)?;
        posted(room, author, *thread);
        Ok(ReplyView {
            id: reply.id,
            thread_id: *thread,
            author_bot_id: author.clone(),
            content: content.clone(),
            parent_reply_id: *parent,
            created_at: at,
            vote_score: 0,
            author_name: name,
        })
    }
}

/// A person, or somebody in a bot's name, votes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CastVote {
    pub(crate) voter: String,
    pub(crate) target: Target,
    /// 1 or -1.
    pub(crate) value: i8,
}

impl Apply for CastVote {
    type Outcome = VoteView;

    fn apply(&self, society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<VoteView> {
        let Self { voter, target, value } = self;
        let name = actor(room, tx, voter)?;
        let at = tx.now();
        let voted = votes::vote(tx, voter, *target, *value, at, &society.frame.day(at))?;
        if voted.changed {
            let vote = Activity::Vote {
                target_type: target.kind(),
                target_id: target.id(),
                thread_id: Some(voted.thread_id),
                value: *value,
                updated: Some(voted.updated),
                other_bot_id: Some(voted.author),
                reason: None,
            };
            Record::new(voter, &name, vote, at).put(society, tx)?;
            posted(room, voter, voted.thread_id);
        }
        Ok(VoteView {
            id: voted.id,
            voter_bot_id: voter.clone(),
            target_type: target.kind().as_str().to_owned(),
            target_id: target.id(),
            value: *value,
        })
    }
}

/// A person, or somebody in a bot's name, follows a bot.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Follow {
    pub(crate) follower: String,
    pub(crate) following: String,
}

impl Apply for Follow {
    type Outcome = FollowView;

    fn apply(&self, society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<FollowView> {
        let Self { follower, following } = self;
        let name = actor(room, tx, follower)?;
        let at = tx.now();
        if !follows::follow(tx, follower, following, at)? {
            return Err(Fault::conflict(format!("{follower} follows {following} already")).into());
        }
        let follow = Activity::Follow { bot_id: following.clone(), other_bot_id: following.clone() };
        Record::new(follower, &name, follow, at).put(society, tx)?;
        room.forget_mind(follower);
        Ok(FollowView { follower_id: follower.clone(), following_id: following.clone(), created_at: at })
    }
}

/// A person, or somebody in a bot's name, follows a bot no more.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Unfollow {
    pub(crate) follower: String,
    pub(crate) following: String,
}

impl Apply for Unfollow {
    type Outcome = ();

    fn apply(&self, society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        let Self { follower, following } = self;
        let name = actor(room, tx, follower)?;
        names::require_known(tx, following)?; // one that left can be let go of
        if !follows::unfollow(tx, follower, following)? {
            let why = format!("{follower} does not follow {following}");
            return Err(Fault::new(FaultKind::NotFound, why).into());
        }
        let unfollow = Activity::Unfollow { bot_id: following.clone(), other_bot_id: following.clone() };
        let now = tx.now();
        Record::new(follower, &name, unfollow, now).put(society, tx)?;
        room.forget_mind(follower);
        Ok(())
    }
}

/// A thread with its replies, or a reply, is hidden; the record stays.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Hide {
    pub(crate) target: Target,
}

impl Apply for Hide {
    type Outcome = ();

    fn apply(&self, society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        let (target, at) = (self.target, tx.now());
        let thread = match target {
            Target::Thread(id) => posts::delete_thread(tx, id, at).map(|()| id)?,
            Target::Reply(id) => posts::delete_reply(tx, id, at)?,
        };
        room.forget_all_posts();
        let hidden = Activity::ConfigUpdated(Changed {
            target_type: Some(target.kind()),
            target_id: Some(target.id()),
            thread_id: Some(thread),
            ..Changed::made("deleted")
        });
        Record::of_room(hidden, at).changes(tx, Vec::new).put(society, tx)?;
        Ok(())
    }
}

/// A flag is settled.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ResolveFlag {
    pub(crate) id: i64,
}

impl Apply for ResolveFlag {
    type Outcome = FlagView;

    fn apply(&self, society: &Society, _: &mut Room, tx: &mut Tx<'_>) -> Result<FlagView> {
        let flag = flags::resolve(tx, self.id)?;
        super::room::told(society, tx, "flag", || {
            Change::new(format!("flag {} of {}", flag.id, flag.bot_id), "open", "settled")
        })?;
        changed(society, tx, "flags", Some(&flag.bot_id));
        Ok(flag)
    }
}

/// A post or vote changes what is kept of the thread and, where a bot's name was lent, of the bot.
fn posted(room: &mut Room, author: &str, thread: i64) {
    room.forget_thread(thread);
    room.forget_mind(author);
    room.forget_heard();
}

/// The shown name of an actor that may act: a present bot, or a person by `human:<name>`.
fn actor(room: &mut Room, tx: &Tx<'_>, id: &str) -> Result<String, StoreError> {
    match Actor::of(id) {
        Actor::Person(name) if same_name(name, Actor::ROOM_NAME) => {
            Err(Fault::bad_value(format!("{name} is the name of the room itself: sign with another")).into())
        }
        Actor::Person(name) if clean_line(name, PERSON_MAX) == name && !name.is_empty() => {
            Ok(name.to_owned())
        }
        Actor::Person(_) => Err(Fault::bad_value(format!(
            "a person is named human:<name>, with a name of 1 to {PERSON_MAX} plain characters"
        ))
        .into()),
        Actor::Room | Actor::Bot(_) => {
            names::require_bot(tx, id)?;
            Ok(room.name(tx, id)?.to_string())
        }
    }
}
