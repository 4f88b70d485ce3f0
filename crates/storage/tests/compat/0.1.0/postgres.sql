--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: sotto; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA sotto;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: counter; Type: TABLE; Schema: sotto; Owner: -
--

CREATE TABLE sotto.counter (
    name text NOT NULL,
    value bigint NOT NULL
);


--
-- Name: head; Type: TABLE; Schema: sotto; Owner: -
--

CREATE TABLE sotto.head (
    log text NOT NULL,
    chain bytea NOT NULL,
    seq bigint NOT NULL,
    link bytea NOT NULL
);


--
-- Name: layout; Type: TABLE; Schema: sotto; Owner: -
--

CREATE TABLE sotto.layout (
    number bigint NOT NULL
);


--
-- Name: log_index; Type: TABLE; Schema: sotto; Owner: -
--

CREATE TABLE sotto.log_index (
    log text NOT NULL,
    place bytea NOT NULL,
    chain bytea NOT NULL,
    seq bigint NOT NULL
);


--
-- Name: log_row; Type: TABLE; Schema: sotto; Owner: -
--

CREATE TABLE sotto.log_row (
    log text NOT NULL,
    chain bytea NOT NULL,
    seq bigint NOT NULL,
    link bytea NOT NULL,
    event bytea NOT NULL,
    body bytea NOT NULL
);


--
-- Name: record; Type: TABLE; Schema: sotto; Owner: -
--

CREATE TABLE sotto.record (
    place bytea NOT NULL,
    version bigint NOT NULL,
    body bytea
);


--
-- Name: writer; Type: TABLE; Schema: sotto; Owner: -
--

CREATE TABLE sotto.writer (
    chain bytea NOT NULL,
    grp bigint NOT NULL
);


--
-- Data for Name: counter; Type: TABLE DATA; Schema: sotto; Owner: -
--

INSERT INTO sotto.counter VALUES ('floor', 0);
INSERT INTO sotto.counter VALUES ('epoch', 4);


--
-- Data for Name: head; Type: TABLE DATA; Schema: sotto; Owner: -
--

INSERT INTO sotto.head VALUES ('test', '\x00000000000000000000000000c0ffee', 3, '\x3b370aa1f4b42798005e1bdb10e9825a23c0a26cf164706e5b9ff3952f39505a');


--
-- Data for Name: layout; Type: TABLE DATA; Schema: sotto; Owner: -
--

INSERT INTO sotto.layout VALUES (1);


--
-- Data for Name: log_index; Type: TABLE DATA; Schema: sotto; Owner: -
--

INSERT INTO sotto.log_index VALUES ('test', '\x026e756d626572000100000000000000000000000000000001', '\x00000000000000000000000000c0ffee', 1);
INSERT INTO sotto.log_index VALUES ('test', '\x026e756d626572000100000000000000000000000000000002', '\x00000000000000000000000000c0ffee', 2);
INSERT INTO sotto.log_index VALUES ('test', '\x026e756d626572000100000000000000000000000000000003', '\x00000000000000000000000000c0ffee', 3);


--
-- Data for Name: log_row; Type: TABLE DATA; Schema: sotto; Owner: -
--

INSERT INTO sotto.log_row VALUES ('test', '\x00000000000000000000000000c0ffee', 1, '\x4ca27a1d49bc4e27321c92b556d0c0ab45726ac57e5321bb150aa79b3c37b67f', '\x00000000000000000000000000000001', '\x09746573742d6e6f746502070663616e6172790101');
INSERT INTO sotto.log_row VALUES ('test', '\x00000000000000000000000000c0ffee', 2, '\xb8f1d0bc22a003c27a10245645aaa1312c375d528dbf4271c2cc21752679abf1', '\x00000000000000000000000000000002', '\x09746573742d6e6f746502070663616e6172790102');
INSERT INTO sotto.log_row VALUES ('test', '\x00000000000000000000000000c0ffee', 3, '\x3b370aa1f4b42798005e1bdb10e9825a23c0a26cf164706e5b9ff3952f39505a', '\x00000000000000000000000000000003', '\x09746573742d6e6f746502070663616e6172790103');


--
-- Data for Name: record; Type: TABLE DATA; Schema: sotto; Owner: -
--

INSERT INTO sotto.record VALUES ('\x026e6f7465000100000000000000000000000000000003', 3, '\x09746573742d6e6f746502070663616e6172790103');
INSERT INTO sotto.record VALUES ('\x026e6f7465000100000000000000000000000000000001', 4, '\x09746573742d6e6f746502070663616e617279010b');
INSERT INTO sotto.record VALUES ('\x026e6f7465000100000000000000000000000000000002', 4, NULL);


--
-- Data for Name: writer; Type: TABLE DATA; Schema: sotto; Owner: -
--

INSERT INTO sotto.writer VALUES ('\x00000000000000000000000000c0ffee', 4);


--
-- Name: counter counter_pkey; Type: CONSTRAINT; Schema: sotto; Owner: -
--

ALTER TABLE ONLY sotto.counter
    ADD CONSTRAINT counter_pkey PRIMARY KEY (name);


--
-- Name: head head_pkey; Type: CONSTRAINT; Schema: sotto; Owner: -
--

ALTER TABLE ONLY sotto.head
    ADD CONSTRAINT head_pkey PRIMARY KEY (log, chain);


--
-- Name: log_index log_index_pkey; Type: CONSTRAINT; Schema: sotto; Owner: -
--

ALTER TABLE ONLY sotto.log_index
    ADD CONSTRAINT log_index_pkey PRIMARY KEY (log, place);


--
-- Name: log_row log_row_pkey; Type: CONSTRAINT; Schema: sotto; Owner: -
--

ALTER TABLE ONLY sotto.log_row
    ADD CONSTRAINT log_row_pkey PRIMARY KEY (log, chain, seq);


--
-- Name: record record_pkey; Type: CONSTRAINT; Schema: sotto; Owner: -
--

ALTER TABLE ONLY sotto.record
    ADD CONSTRAINT record_pkey PRIMARY KEY (place);


--
-- Name: writer writer_pkey; Type: CONSTRAINT; Schema: sotto; Owner: -
--

ALTER TABLE ONLY sotto.writer
    ADD CONSTRAINT writer_pkey PRIMARY KEY (chain);


--
-- Name: record_version; Type: INDEX; Schema: sotto; Owner: -
--

CREATE INDEX record_version ON sotto.record USING btree (version, place);


--
-- PostgreSQL database dump complete
--


