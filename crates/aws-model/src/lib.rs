//! Tables of the AWS services: operations, shapes, what may be shown, what an action is decided on.
