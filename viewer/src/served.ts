/** Starts the page of a plot on the server: the scene is fetched, then shown as on the page from a disk. */
import "./style.css";
