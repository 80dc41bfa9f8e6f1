//! Answering somebody who is on the other side: holding, granting, making peace, changing one's mind.

use super::Reading;
use crate::llm::scripted::draw::Draw;
use crate::llm::scripted::grammar::append;
use crate::llm::scripted::issues;
use crate::llm::scripted::stance::{self, Stance};
use crate::llm::scripted::view::{Post, View};
use crate::llm::scripted::voices::Move;
use crate::llm::scripted::writer::Writer;

/// Somebody who is on the other side is answered: held against, granted a point, or followed.
pub(super) fn against(
    writer: &mut Writer<'_, '_>,
    view: &View<'_>,
    post: Post<'_>,
    reading: &Reading,
    issue: usize,
    stance: Stance,
    draw: &mut Draw,
) -> bool {
    let Some((turn, theirs)) = reading.reason else {
        return writer.say(Move::Object, "", None, draw);
    };
    let sentiment = view.sentiment(post.author());
    let fought = fought(view, post.thread.id);
    let spoke = view.scene.own_posts.iter().any(|own| own.thread_id == post.thread.id);
    if stance.said && (post.for_me() || spoke) {
        // Whom one likes one believes a little sooner.
        let sure = stance.firm as i32 - (sentiment * 16.0) as i32 - writer.temper.open as i32 / 6;
        // Nobody gives in at the first word.
        if fought > 0
            && sure < WAVERS
            && !stance.turned
            && goes_over(writer, view, (issue, stance), theirs, draw)
        {
            return true;
        }
        // Having fought over it for a while, one holds out a hand or goes on.
        let cooled = fought > 1 && draw.chance(writer.temper.open * 3 / 2);
        if cooled && writer.say(Move::Truce, theirs, None, draw) {
            return true;
        }
        // Whoever has grown unsure grants more.
        let grants = writer.temper.open + 50_u32.saturating_sub(stance.firm);
        let kind = if draw.chance(grants) { Move::Concede } else { Move::Hold };
        if writer.say(kind, theirs, None, draw) {
            return true;
        }
    }
    let counter = writer.counter(turn);
    writer.say(Move::Object, theirs, counter, draw) || spoke && writer.say(Move::Hold, theirs, counter, draw)
}

/// How firmly a view is held below which it is given up.
const WAVERS: i32 = 36;

/// Changes its mind, and says why, by whom, and where it stands from now on.
fn goes_over(
    writer: &mut Writer<'_, '_>,
    view: &View<'_>,
    (issue, stance): (usize, Stance),
    theirs: &str,
    draw: &mut Draw,
) -> bool {
    // Under a rule for writing it may come out otherwise than it is said, and would not be remembered.
    if !view.rules.is_empty() {
        return false;
    }
    let side = stance.side.other();
    writer.on(issue, side);
    if writer.say(Move::Turn, theirs, None, draw) {
        let said = stance::gone_over(&writer.temper.habit, issues::issue(issue), side, draw.below(2));
        append(&mut writer.out, &said);
        return true;
    }
    writer.on(issue, stance.side);
    false
}

/// How often the bot has lately gone against somebody in a thread.
fn fought(view: &View<'_>, thread: i64) -> i32 {
    let against =
        |kind: Move| matches!(kind, Move::Object | Move::Hold | Move::Deny | Move::Retort | Move::Grudge);
    let here = |at: usize| view.scene.own_posts.get(at).is_some_and(|post| post.thread_id == thread);
    view.made.iter().filter(|(at, kind)| against(*kind) && here(*at)).count() as i32
}
