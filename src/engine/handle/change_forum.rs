//! Changing the forum from outside a beat: people post, vote and follow; posts are hidden.

use super::Handle;
use super::record::Record;
use crate::domain::action::{CONTENT_MAX, TAG_MAX, TAGS_MAX, TITLE_MAX};
use crate::domain::text::{clean, clean_line, cut};
use crate::engine::shared::Shared;
use crate::protocol::{
    CastVote, CreateReply, CreateThread, Fault, FlagView, FollowView, ReplyView, ThreadView, VoteView,
};
use crate::store::acts::tag_key;
use crate::store::acts::{self, NewReply, NewThread, Target};
use crate::store::{Result, StoreError, Tx, beat, moderation};

/// Longest name of a person.
const PERSON_MAX: usize = 30;

impl Handle {
    /// Opens a thread, as a person (`human:<name>`) or in a bot's name.
    ///
    /// # Errors
    /// 404 for an unknown bot, 422 for an empty or over-long text.
    pub async fn create_thread(&self, request: CreateThread) -> Result<ThreadView, Fault> {
        let title = required("title", &request.title, TITLE_MAX, clean_line)?;
        let content = required("content", &request.content, CONTENT_MAX, clean)?;
        let tags = tags(&request.tags)?;
        let (shared, author) = (self.shared.clone(), request.author_bot_id);
        let id = self
            .shared
            .store
            .write(move |tx| {
                let name = actor(&shared, tx, &author)?;
                let (seq, at) = (beat::last_seq(tx)? + 1, shared.clock.now());
                let new = NewThread {
                    author: &author,
                    title: &title,
                    content: &content,
                    tags: &tags,
                    at,
                    activity_id: Some(seq),
                    pinned: false,
                };
                let id = acts::insert_thread(tx, &new)?;
                let details = serde_json::json!({"post": "thread", "thread_id": id, "title": title, "content": cut(&content, 200)});
                Record::new(&author, &name, "human_post", details, at).put(&shared, tx)?;
                posted(&shared, &author, id);
                Ok(id)
            })
            .await?;
        self.thread(id).await
    }

    /// Answers in a thread, as a person or in a bot's name.
    ///
    /// # Errors
    /// 404 for an unknown thread, parent or bot; 400 when the parent belongs to another thread; 422.
    pub async fn create_reply(&self, thread_id: i64, request: CreateReply) -> Result<ReplyView, Fault> {
        let content = required("content", &request.content, CONTENT_MAX, clean)?;
        let (shared, author) = (self.shared.clone(), request.author_bot_id);
        self.shared
            .store
            .write(move |tx| {
                let name = actor(&shared, tx, &author)?;
                let (seq, at) = (beat::last_seq(tx)? + 1, shared.clock.now());
                let new = NewReply {
                    author: &author,
                    thread_id,
                    parent_reply_id: request.parent_reply_id,
                    content: &content,
                    at,
                    activity_id: seq,
                };
                let reply = acts::insert_reply(tx, &new)?;
                let mut details = serde_json::json!({"post": "reply", "reply_id": reply.id, "thread_id": thread_id, "content": cut(&content, 200)});
                if let Some(other) = reply.answered {
                    details["other_bot_id"] = other.into();
                }
                Record::new(&author, &name, "human_post", details, at).put(&shared, tx)?;
                posted(&shared, &author, thread_id);
                Ok(ReplyView {
                    id: reply.id,
                    thread_id,
                    author_bot_id: author,
                    content,
                    parent_reply_id: request.parent_reply_id,
                    created_at: at,
                    vote_score: 0,
                    author_name: name,
                })
            })
            .await
            .map_err(Fault::from)
    }

    /// Votes on a thread.
    ///
    /// # Errors
    /// 404, 400 for a vote for oneself or a value other than ±1.
    pub async fn vote_thread(&self, id: i64, vote: CastVote) -> Result<VoteView, Fault> {
        self.vote(Target::Thread(id), vote).await
    }

    /// Votes on a reply.
    ///
    /// # Errors
    /// As for a thread.
    pub async fn vote_reply(&self, id: i64, vote: CastVote) -> Result<VoteView, Fault> {
        self.vote(Target::Reply(id), vote).await
    }

    async fn vote(&self, target: Target, vote: CastVote) -> Result<VoteView, Fault> {
        let value = i8::try_from(vote.value)
            .ok()
            .filter(|value| value.abs() == 1)
            .ok_or_else(|| Fault::bad_value(format!("value must be 1 or -1, not {}", vote.value)))?;
        let (shared, voter) = (self.shared.clone(), vote.voter_bot_id);
        self.shared
            .store
            .write(move |tx| {
                let name = actor(&shared, tx, &voter)?;
                let at = shared.clock.now();
                let voted = acts::vote(tx, &voter, target, value, at, &shared.clock.day(at))?;
                if voted.changed {
                    let details = serde_json::json!({
                        "target_type": target.kind(), "target_id": target.id(), "thread_id": voted.thread_id,
                        "value": value, "updated": voted.updated, "other_bot_id": voted.author,
                    });
                    Record::new(&voter, &name, "vote", details, at).put(&shared, tx)?;
                    posted(&shared, &voter, voted.thread_id);
                }
                Ok(VoteView {
                    id: voted.id,
                    voter_bot_id: voter,
                    target_type: target.kind().to_owned(),
                    target_id: target.id(),
                    value,
                })
            })
            .await
            .map_err(Fault::from)
    }

    /// Follows a bot.
    ///
    /// # Errors
    /// 400 for oneself, 404 for an unknown bot, 409 when it is followed already.
    pub async fn follow(&self, follower: &str, following: &str) -> Result<FollowView, Fault> {
        let (shared, follower, following) = (self.shared.clone(), follower.to_owned(), following.to_owned());
        self.shared
            .store
            .write(move |tx| {
                let name = actor(&shared, tx, &follower)?;
                let at = shared.clock.now();
                if !acts::follow(tx, &follower, &following, at)? {
                    return Err(Fault::conflict(format!("{follower} follows {following} already")).into());
                }
                let details = serde_json::json!({"bot_id": following, "other_bot_id": following});
                Record::new(&follower, &name, "follow", details, at).put(&shared, tx)?;
                shared.room().forget_mind(&follower);
                Ok(FollowView { follower_id: follower, following_id: following, created_at: at })
            })
            .await
            .map_err(Fault::from)
    }

    /// Stops following a bot.
    ///
    /// # Errors
    /// 404 when it is not followed.
    pub async fn unfollow(&self, follower: &str, following: &str) -> Result<(), Fault> {
        let (shared, follower, following) = (self.shared.clone(), follower.to_owned(), following.to_owned());
        self.shared
            .store
            .write(move |tx| {
                let name = actor(&shared, tx, &follower)?;
                crate::store::bots::require_known(tx, &following)?; // one that left can be let go of
                if !acts::unfollow(tx, &follower, &following)? {
                    return Err(Fault::new(
                        crate::protocol::FaultKind::NotFound,
                        format!("{follower} does not follow {following}"),
                    )
                    .into());
                }
                let details = serde_json::json!({"bot_id": following, "other_bot_id": following});
                Record::new(&follower, &name, "unfollow", details, shared.clock.now()).put(&shared, tx)?;
                shared.room().forget_mind(&follower);
                Ok(())
            })
            .await
            .map_err(Fault::from)
    }

    /// Hides a thread with its replies; the record stays.
    ///
    /// # Errors
    /// 404.
    pub async fn delete_thread(&self, id: i64) -> Result<(), Fault> {
        self.hide(Target::Thread(id)).await
    }

    /// Hides a reply; the record stays.
    ///
    /// # Errors
    /// 404.
    pub async fn delete_reply(&self, id: i64) -> Result<(), Fault> {
        self.hide(Target::Reply(id)).await
    }

    async fn hide(&self, target: Target) -> Result<(), Fault> {
        let shared = self.shared.clone();
        self.shared
            .store
            .write(move |tx| {
                let at = shared.clock.now();
                let thread = match target {
                    Target::Thread(id) => acts::delete_thread(tx, id, at).map(|()| id)?,
                    Target::Reply(id) => acts::delete_reply(tx, id, at)?,
                };
                shared.room().forget_all_posts();
                let details = serde_json::json!({
                    "change": "deleted", "target_type": target.kind(), "target_id": target.id(), "thread_id": thread,
                });
                Record::new("system", "System", "config_updated", details, at).put(&shared, tx)?;
                Ok(())
            })
            .await
            .map_err(Fault::from)
    }

    /// Settles a flag.
    ///
    /// # Errors
    /// 404.
    pub async fn resolve_flag(&self, id: i64) -> Result<FlagView, Fault> {
        let shared = self.shared.clone();
        self.shared
            .store
            .write(move |tx| {
                let flag = moderation::resolve(tx, id)?;
                super::record::changed(&shared, tx, "flags", Some(&flag.bot_id));
                Ok(flag)
            })
            .await
            .map_err(Fault::from)
    }
}

/// A post or vote changes what is kept of the thread and, where a bot's name was lent, of the bot.
fn posted(shared: &Shared, author: &str, thread: i64) {
    let mut room = shared.room();
    room.forget_thread(thread);
    room.forget_mind(author);
}

/// A text through the gate, or 422 when nothing is left of it or it is too long.
fn required(
    field: &str,
    text: &str,
    most: usize,
    gate: impl Fn(&str, usize) -> String,
) -> Result<String, Fault> {
    let length = text.chars().count();
    if length > most {
        return Err(Fault::invalid_field(field, format!("is {length} characters long; {most} are allowed")));
    }
    let clean = gate(text, most);
    if clean.trim().is_empty() {
        return Err(Fault::invalid_field(field, "must not be empty"));
    }
    Ok(clean)
}

/// Tags as they were posted, without repeats; 422 when there are too many or one is too long.
fn tags(given: &[String]) -> Result<Vec<String>, Fault> {
    let mut tags: Vec<String> = Vec::new();
    for tag in given {
        let length = tag.chars().count();
        if length > TAG_MAX {
            let message = format!("has a tag of {length} characters; {TAG_MAX} are allowed");
            return Err(Fault::invalid_field("tags", message));
        }
        let tag = clean_line(tag, TAG_MAX);
        if !tag.is_empty() && !tags.iter().any(|known| tag_key(known) == tag_key(&tag)) {
            tags.push(tag);
        }
    }
    if tags.len() > TAGS_MAX {
        let message = format!("has {} tags; {TAGS_MAX} are allowed", tags.len());
        return Err(Fault::invalid_field("tags", message));
    }
    Ok(tags)
}

/// The shown name of an actor that may act: a present bot, or a person by `human:<name>`.
pub(super) fn actor(shared: &Shared, tx: &Tx<'_>, id: &str) -> Result<String, StoreError> {
    match id.strip_prefix("human:") {
        Some(name) if clean_line(name, PERSON_MAX) == name && !name.is_empty() => Ok(name.to_owned()),
        Some(_) => Err(Fault::bad_value(format!(
            "a person is named human:<name>, with a name of 1 to {PERSON_MAX} plain characters"
        ))
        .into()),
        None => {
            acts::require_bot(tx, id)?;
            Ok(shared.room().name(tx, id)?.to_string())
        }
    }
}
