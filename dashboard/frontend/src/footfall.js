// Footfall: starts what the page it is on needs.

import { startChart, startMetrics, startStrip } from "./chart.js";
import { startDetails } from "./details.js";
import { startLive } from "./live.js";
import { startMenus } from "./menus.js";
import { startNavigation } from "./navigation.js";
import { startPlaces } from "./places.js";
import { follow, startRegions } from "./regions.js";
import { startShortcuts } from "./shortcuts.js";
import { startCopying, startFeatures, startFirstEvent } from "./start.js";

follow((region) => region.id === "trend" && startChart(region));
follow((region) => region.id === "metrics" && startStrip());
follow((region) => region.id === "places" && startPlaces(region));
startRegions();
startMetrics();
startNavigation();
startDetails();
startMenus();
startShortcuts();
startLive();
startFirstEvent();
startFeatures();
startCopying();
