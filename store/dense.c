/* dense.c - which fields of a dense block lie where, and lengths of headers. */
#include "store/dense.h"

const uint8_t dense_slot_field[SLOTS] = {
#define SLOT(id) [SLOT_##id] = FIELD_##id,
#include "store/dense.def"
#undef SLOT
};

const uint8_t dense_place[FIELD_COUNT] = {
    [FIELD_SRC] = PLACE_KEY,          [FIELD_DST] = PLACE_KEY,
    [FIELD_SPORT] = PLACE_KEY,        [FIELD_DPORT] = PLACE_KEY,
    [FIELD_PROTO] = PLACE_KEY,        [FIELD_FLAGS] = PLACE_SHAPED,
    [FIELD_OPTSIG] = PLACE_SHAPED,    [FIELD_DF] = PLACE_SHAPED,
    [FIELD_MF] = PLACE_SHAPED,        [FIELD_IPVER] = PLACE_SHAPED,
    [FIELD_DOFF] = PLACE_SHAPED,      [FIELD_IPHL] = PLACE_SHAPED,
    [FIELD_BAD] = PLACE_SHAPED,       [FIELD_RESV] = PLACE_SHAPED,
    [FIELD_ETHERTYPE] = PLACE_SHAPED, [FIELD_ICMP_TYPE] = PLACE_SHAPED,
    [FIELD_ICMP_CODE] = PLACE_SHAPED, [FIELD_TTL] = PLACE_FLOWED,
    [FIELD_TOS] = PLACE_FLOWED,       [FIELD_VLAN] = PLACE_FLOWED,
    [FIELD_FLOWLABEL] = PLACE_FLOWED, [FIELD_ICMP_ID] = PLACE_FLOWED,
    [FIELD_SEQ] = PLACE_GUESSED,      [FIELD_ACKNO] = PLACE_GUESSED,
    [FIELD_WIN] = PLACE_GUESSED,      [FIELD_IPID] = PLACE_GUESSED,
    [FIELD_IPLEN] = PLACE_GUESSED,    [FIELD_LEN] = PLACE_GUESSED,
    [FIELD_CAPLEN] = PLACE_GUESSED,   [FIELD_PAYLEN] = PLACE_GUESSED,
    [FIELD_UDPLEN] = PLACE_GUESSED,   [FIELD_FRAGOFF] = PLACE_GUESSED,
    [FIELD_URG] = PLACE_GUESSED,      [FIELD_ICMP_SEQ] = PLACE_GUESSED,
    [FIELD_TSVAL] = PLACE_GUESSED,    [FIELD_TSECR] = PLACE_GUESSED};

enum { IP6_HEADER = 40, SHORT_HEADER = 8, TAG = 4 };

struct dense_lengths dense_lengths_of(uint64_t present, uint8_t iphl,
                                      uint8_t doff)
{
    struct dense_lengths l = {0};

    l.ip = DENSE_HAS(present, FIELD_IPHL) ? iphl : IP6_HEADER;
    l.over = l.ip;
    if (DENSE_HAS(present, FIELD_DOFF))
        l.over += doff;
    else if (DENSE_HAS(present, FIELD_UDPLEN) ||
             DENSE_HAS(present, FIELD_ICMP_TYPE))
        l.over += SHORT_HEADER;
    l.tags = DENSE_HAS(present, FIELD_VLAN) ? TAG : 0;
    return l;
}
