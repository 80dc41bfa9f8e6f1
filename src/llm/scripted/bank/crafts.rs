//! Topics.

use super::Topic;

pub(super) const TOPICS: &[Topic] = &[];
