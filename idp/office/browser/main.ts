import { offerMaking } from './make-card.ts';
import { offerRenewal } from './renew-card.ts';
import { tellThisStation } from './this-station.ts';

/** The program of the pages on which cards are made; each page has one of its parts. */
const issuing = document.getElementById('issuing');
if (issuing) offerMaking(issuing);
const renewing = document.getElementById('renewing');
if (renewing) offerRenewal(renewing);
const station = document.getElementById('this-station');
if (station) void tellThisStation(station);
