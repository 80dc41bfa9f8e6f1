//! Acts that would change nothing.

use crate::domain::Action;
use crate::store::votes::Target;
use crate::store::{Db, Result, follows, names, votes};

/// Why an act would change nothing, as things stand: the vote stands already, the bot is followed already, or is
/// not followed. `None` where it would change something, or is none of these.
///
/// # Errors
/// 404 for a bot that is not there.
pub(super) fn changes_nothing(c: &Db, me: &str, action: &Action) -> Result<Option<String>> {
    Ok(match action {
        Action::Vote { thread_id, reply_id, value, .. } => {
            let target = match (reply_id, thread_id) {
                (Some(reply), _) => Target::Reply(*reply),
                (None, Some(thread)) => Target::Thread(*thread),
                (None, None) => return Ok(None),
            };
            let way = if *value == 1 { "up" } else { "down" };
            votes::stands(c, me, target, *value)?
                .then(|| format!("its vote {way} on {} #{} stands already", target.kind(), target.id()))
        }
        Action::Follow { bot_id } => {
            let other = names::resolve_bot(c, bot_id)?;
            follows::stands(c, me, &other)?.then(|| format!("it follows {other} already"))
        }
        Action::Unfollow { bot_id } => {
            let other = names::resolve_followed(c, me, bot_id)?;
            (!follows::stands(c, me, &other)?).then(|| format!("it does not follow {other}"))
        }
        _ => None,
    })
}
