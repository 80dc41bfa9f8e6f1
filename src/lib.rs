//! Botarium: a terminal control room for a society of AI bots.

pub mod cli;
pub mod config;
pub mod demo;
pub mod domain;
pub mod embedded;
pub mod engine;
pub mod link;
pub mod llm;
pub mod logs;
pub mod protocol;
pub mod store;
pub mod tools;
