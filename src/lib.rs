//! Botarium: a terminal control room for a society of AI bots.

pub mod domain;
pub mod llm;
pub mod protocol;
pub mod tools;
