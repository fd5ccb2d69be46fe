/* literal.h - numbers, times, addresses and strings of the text as nodes. Each
 * takes a piece of the shape that its rule in lexer.l matched, and fails with
 * NULL and a text where the shape is right and the value is not. */
#ifndef GRAMMAR_LITERAL_H
#define GRAMMAR_LITERAL_H

#include "grammar/parse_int.h"

struct ast *literal_number(struct parse *ps, struct parse_piece p);
struct ast *literal_real(struct parse *ps, struct parse_piece p);
struct ast *literal_length(struct parse *ps, struct parse_piece p);
/* A point of a range with its step, or a date or date and time elsewhere. */
struct ast *literal_time(struct parse *ps, struct parse_piece p);
struct ast *literal_addr(struct parse *ps, struct parse_piece p);
struct ast *literal_net(struct parse *ps, struct parse_piece p);
struct ast *literal_mac(struct parse *ps, struct parse_piece p);
struct ast *literal_string(struct parse *ps, struct parse_piece p);
struct ast *literal_param(struct parse *ps, struct parse_piece p);
/* `S/SA`. */
struct ast *literal_mask(struct parse *ps, struct parse_piece p);
/* `18:00`: the minute of the day, to 1440. */
struct ast *literal_hour(struct parse *ps, struct parse_piece p);
/* libpcap's `tcp-syn`, `icmp-echo`, `tcpflags` ...: NULL without an error for
 * a word that is none (pcap-filter(7)). */
struct ast *literal_constant(struct parse *ps, struct parse_piece p);

#endif
